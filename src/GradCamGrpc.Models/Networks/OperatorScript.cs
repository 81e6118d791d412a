using System.IO.Compression;
using System.Text;
using GradCamGrpc.Tensors.Native;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A few lines of TorchScript: they call operators that libtorch has and TorchSharp has no names for.</summary>
internal static class OperatorScript
{
    /// <summary>The type of each method's first parameter, <c>self</c>.</summary>
    public const string Self = "__torch__.Operators";

    /// <summary>Compiles methods.</summary>
    /// <param name="methods">Indented by two spaces, and in Python's line ends.</param>
    public static jit.ScriptModule Load(string methods)
    {
        // The operators are oneDNN's.
        _ = OneDnn.Caches;

        // No dispose scope ends with a network.
        using var scope = NewDisposeScope();
        return jit.load(Archive($"class Operators(Module):\n  __parameters__ = []\n  __buffers__ = []\n{methods}"));
    }

    /// <summary>A TorchScript archive: a zip that packs nothing, of code and of one object, which has no attributes.</summary>
    private static byte[] Archive(string code)
    {
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            // Python's pickles, of protocol 2: an instance of the class with an empty dictionary, and an empty tuple.
            Add(archive, "data.pkl", [0x80, 2, .. "c__torch__\nOperators\n)"u8, 0x81, .. "}b."u8]);
            Add(archive, "constants.pkl", [0x80, 2, .. ")."u8]);
            Add(archive, "code/__torch__.py", Encoding.ASCII.GetBytes(code));
            Add(archive, "version", "3\n"u8);
        }
        return bytes.ToArray();
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        using var stream = archive.CreateEntry("operators/" + name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }
}
