using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace GradCamGrpc.Architecture.Tests;

/// <summary>
/// TorchSharp's numbers can be finalized while native code reads them (see GradCamGrpc.Tensors). src/BannedSymbols.txt makes their use an
/// error of the build, but for compound assignments such as <c>a += b</c>, which its analyzer passes over: those are found here.
/// </summary>
public sealed class TensorOperatorTests
{
    private const byte ClassType = 0x12;

    private static readonly string[] Operators = ["op_Addition", "op_Subtraction", "op_Multiply", "op_Division", "op_Modulus"];

    public static TheoryData<string> Assemblies => [.. Directory.GetFiles(Output, "*.dll").Select(Path.GetFileName).OfType<string>().Where(IsOurs).Order()];

    /// <summary>The command line's folder has every assembly of src/.</summary>
    private static string Output
    {
        get
        {
            var mine = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(RepositoryFolder.Path, "src", "GradCamGrpc.Cli", "bin", mine.Parent!.Name, mine.Name);
        }
    }

    [Theory, MemberData(nameof(Assemblies))]
    public void Assembly_OperatorsOfTensors_TakeNoNumbers(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(Output, assembly)));
        var metadata = file.GetMetadataReader();

        var used = metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => IsTensor(metadata, member.Parent))
            .Where(member => Operators.Contains(metadata.GetString(member.Name)) && MakesNumber(metadata, member))
            .Select(member => metadata.GetString(member.Name));

        Assert.Empty(used);
    }

    [Fact]
    public void Assemblies_AllOfThem_AreLookedAt()
    {
        var projects = Directory.GetDirectories(Path.Combine(RepositoryFolder.Path, "src")).Length;

        Assert.Equal(projects, Assemblies.Count);
    }

    private static bool IsOurs(string file) => file == "gradcam.dll" || file.StartsWith("GradCamGrpc.", StringComparison.Ordinal);

    private static bool IsTensor(MetadataReader metadata, EntityHandle parent) =>
        parent.Kind == HandleKind.TypeReference && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name) == "Tensor";

    /// <summary>The sum of two tensors takes a factor of 1; the other operators make a number where not all operands are tensors.</summary>
    private static bool MakesNumber(MetadataReader metadata, MemberReference member)
    {
        if (metadata.GetString(member.Name) == "op_Addition")
            return true;

        // ECMA-335, II.23.2.1: calling convention, count of parameters, what is returned (a tensor), parameters.
        var signature = metadata.GetBlobReader(member.Signature);
        signature.ReadByte();
        var operands = signature.ReadCompressedInteger();
        var tensor = ReadType(ref signature);
        for (var i = 0; i < operands; i++)
        {
            if (ReadType(ref signature) != tensor)
                return true;
        }
        return false;
    }

    private static int ReadType(ref BlobReader signature)
    {
        var type = signature.ReadByte();
        return type == ClassType ? signature.ReadCompressedInteger() : -type;
    }
}
