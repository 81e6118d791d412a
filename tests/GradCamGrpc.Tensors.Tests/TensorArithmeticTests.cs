using System.Reflection;
using static TorchSharp.torch;

namespace GradCamGrpc.Tensors.Tests;

public sealed class TensorArithmeticTests
{
    public static TheoryData<string> Operations => [.. Operation.All.Keys];

    [Theory, MemberData(nameof(Operations))]
    public void Operation_KnownNumbers_HasKnownResult(string name)
    {
        using var scope = NewDisposeScope();
        var operation = Operation.All[name];
        var operand = tensor(Operation.Operand);

        Assert.Equal(operation.Expected, TensorValues.Floats(operation.Compute(operand)));
        Assert.Equal(operation.InPlace ? operation.Expected : Operation.Operand, TensorValues.Floats(operand));
    }

    [Fact]
    public void Operations_AllThereAre_AreTested() => Assert.Equal(
        typeof(TensorArithmetic).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Length, Operation.All.Count);

    /// <summary>A collector that never rests finds a number that is let go while native code reads it: TorchSharp's own operators fail here.</summary>
    [Fact]
    public void Operations_WhileTheCollectorNeverRests_HaveKnownResults()
    {
        const int Rounds = 5000;
        var isOver = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < Rounds; i++)
            {
                using var scope = NewDisposeScope();
                foreach (var (name, operation) in Operation.All)
                    Assert.True(operation.Expected.SequenceEqual(TensorValues.Floats(operation.Compute(tensor(Operation.Operand)))), name);
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            collector.Join();
        }
    }
}
