using System.Runtime.InteropServices;
using Google.Protobuf;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns weights of attention into messages.</summary>
internal static class AttentionWriter
{
    /// <param name="layers">The layers that the head reads.</param>
    /// <param name="weights">For each of them h·w weights.</param>
    public static IEnumerable<AttentionGrid> Grids(IReadOnlyList<CutLayer> layers, IReadOnlyList<float[]> weights) => layers.Zip(weights, Grid);

    private static AttentionGrid Grid(CutLayer layer, float[] weights) => new()
    {
        Layer = layer.Name,
        Size = ResponseWriter.Size(layer.Width, layer.Height),
        Data = ByteString.CopyFrom(MemoryMarshal.AsBytes(weights.AsSpan())),
    };
}
