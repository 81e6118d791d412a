using GradCamGrpc.TestData;

namespace GradCamGrpc.Fuzzing.Models;

/// <summary>Makes pickles that want to run something, fill the memory, or are no state dict at all.</summary>
internal static class PickleMutator
{
    private const int Depth = 20_000;
    private const int Many = 50_000;

    /// <summary>What a pickle must not reach.</summary>
    private static readonly string[] Globals =
    [
        "os system", "posix system", "subprocess Popen", "builtins eval", "builtins exec", "builtins __import__", "torch.hub load", "torch._utils _rebuild_tensor",
        "torch.storage _load_from_bytes", "collections OrderedDict", "torch FloatStorage", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
        "GradCamGrpc.Models.Checkpoints PyTorchFile", "System.Diagnostics Process",
    ];

    public static byte[] Make(Random random)
    {
        var pickle = random.OneIn(2) ? PickleWriter.Pickle(writer => Write(writer, random)) : Sound();
        return random.OneIn(2) ? ByteMutator.Mutate(pickle, Sound(), random) : pickle;
    }

    /// <summary>Two arrays, of which one is a view.</summary>
    public static byte[] Sound() => PickleWriter.StateDict(
        ("conv.weight", tensor => tensor.Tensor("FloatStorage", "0", 12, 0, [2, 3, 2], [6, 2, 1])),
        ("conv.bias", tensor => tensor.Tensor("DoubleStorage", "1", 8, 2, [2], [3])));

    private static void Write(PickleWriter writer, Random random)
    {
        switch (random.Next(9))
        {
            case 0:
                writer.Global(random.Pick(Globals)).Text("touch /tmp/gradcam-was-here").Op(0x85).Op('R');
                break;
            case 1:
                var names = random.Pick(Globals).Split(' ');
                writer.ShortText(names[0]).ShortText(names[1]).Op(0x93).Op(')').Op('R').Op('}').Op('b');
                break;
            case 2:
                writer.OrderedDict(("a", tensor => tensor.Tensor("FloatStorage", "0", Number(random), Number(random), Numbers(random), Numbers(random))));
                break;
            case 3:
                Nest(writer, random.Pick<char>(['(', ']', '}', ')']), Depth);
                break;
            case 4:
                Nest(writer.Op(']'), random.OneIn(2) ? '\u0094' : 'N', Many);
                break;
            case 5:
                // A tuple in a tuple in a tuple.
                Nest(writer.Op(')'), '\u0085', Depth);
                break;
            case 6:
                writer.OrderedDict([.. Enumerable.Range(0, 200).Select(i => ($"module.{i}", (Action<PickleWriter>)(tensor => tensor.Vector($"{i % 3}", Number(random)))))]);
                break;
            case 7:
                writer.Op('}').Op('q').Op(1).Text("state_dict").Op('h').Op(1).Op('s').Text("a").Op('h').Op(1).Op('s');
                break;
            default:
                for (var i = random.Next(40); i > 0; i--)
                    writer.Op((byte)random.Next(256));
                break;
        }
    }

    private static void Nest(PickleWriter writer, char opcode, int times)
    {
        for (var i = 0; i < times; i++)
            writer.Op(opcode);
    }

    private static long Number(Random random) => random.OneIn(2) ? random.Next(14) : ByteMutator.Border(random);

    private static long[] Numbers(Random random) => [.. Enumerable.Range(0, random.OneIn(8) ? 65 : random.Next(5)).Select(_ => Number(random))];
}
