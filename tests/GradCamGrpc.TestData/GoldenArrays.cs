using System.Runtime.InteropServices;
using GradCamGrpc.Models.Checkpoints;

namespace GradCamGrpc.TestData;

/// <summary>The arrays of one file of golden cases.</summary>
public sealed class GoldenArrays : IDisposable
{
    private readonly SafetensorsFile _file;

    private GoldenArrays(SafetensorsFile file) => _file = file;

    /// <summary>Opens a file of the golden folder; skips the test where there is none.</summary>
    public static GoldenArrays Open(string relativePath) => new(SafetensorsFile.Open(TestFolders.Golden(relativePath)));

    public byte[] Bytes(string key) => _file.ReadBytes(key);

    public float[] Floats(string key) => MemoryMarshal.Cast<byte, float>(_file.ReadBytes(key).AsSpan()).ToArray();

    public int[] Shape(string key) => [.. _file.Entry(key).Shape.Select(side => (int)side)];

    public void Dispose() => _file.Dispose();
}
