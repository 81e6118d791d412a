using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Explains one photo and writes its pictures.</summary>
/// <param name="server">Who answers.</param>
/// <param name="question">What is asked of every photo; it has no photo itself.</param>
/// <param name="folder">Where pictures are written.</param>
internal sealed class PhotoExplainer(
    ServerConnection server, ClassificationServiceExplainRequest question, DirectoryInfo folder)
{
    /// <summary>Explains a photo. A fault of the photo or of the call is part of the answer; it never ends the command.</summary>
    /// <param name="path">The photo.</param>
    /// <param name="prefix">What the names of its pictures begin with.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<ExplainedPhoto> ExplainAsync(string path, string prefix, CancellationToken cancellation)
    {
        ClassificationPrediction? prediction = null;
        var maps = new List<WrittenMap>();
        if (Directory.Exists(path))
            return new ExplainedPhoto(path, null, [], "it is a folder; a photo is needed");
        try
        {
            var request = question.Clone();
            request.Image = new Image { Encoded = UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(path, cancellation)) };
            using var call = server.Classification.Explain(request, cancellationToken: cancellation);
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellation))
            {
                if (message.EventCase is ClassificationServiceExplainResponse.EventOneofCase.Prediction)
                    prediction = message.Prediction;
                else
                    maps.Add(await WriteAsync(prefix, message.Map, cancellation));
            }
            return new ExplainedPhoto(path, prediction, maps, Fault: null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new ExplainedPhoto(path, prediction, maps, fault.Message);
        }
        catch (RpcException fault) when (!cancellation.IsCancellationRequested)
        {
            return new ExplainedPhoto(path, prediction, maps, CallFaults.Describe(fault, server.Address));
        }
    }

    private async Task<WrittenMap> WriteAsync(string prefix, SaliencyMap map, CancellationToken cancellation)
    {
        var provenance = map.Provenance;
        var name = $"{prefix}.{provenance.Score.Class.Index:d3}-{FileNames.Safe(provenance.Score.Class.Label)}.{FileNames.Safe(provenance.Layer)}";
        if (question.Methods.Count > 0)
            name += $".{MethodNames.Of(provenance.Method)}";
        var files = new List<string>();
        for (var i = 0; i < map.Outputs.Count; i++)
        {
            var output = map.Outputs[i];
            var (form, bytes) = output.FormCase is RenderedMap.FormOneofCase.Raw
                ? ($"{output.Raw.Size.Height}x{output.Raw.Size.Width}.f32", output.Raw.Data)
                : ($"{PictureName(question.Outputs[i])}.{Extension(output.Image.Format)}", output.Image.Data);
            var file = Path.Combine(folder.FullName, $"{name}.{form}");
            await File.WriteAllBytesAsync(file, bytes.Memory, cancellation);
            files.Add(file);
        }
        return new WrittenMap(provenance, map.AllZero, files);
    }

    private static string PictureName(MapOutput output) =>
        output.FormCase is MapOutput.FormOneofCase.Overlay ? "overlay" : "heat-map";

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Webp => "webp",
        _ => "png",
    };
}
