using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns messages about captions into checked requests, and finds every fault in them before any work is done.</summary>
internal sealed class CaptionReader(RequestReader requests)
{
    private readonly HeadReader _head = new(requests, HeadKind.Captioning);

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, or word.</exception>
    public CheckedCaptionRequest Read(CaptionRequest request)
    {
        var faults = new Violations();
        var model = _head.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        var choice = model is null ? null : DecodingReader.Read(request.Decoding, model, faults);
        faults.ThrowIfAny();
        return new CheckedCaptionRequest(model!, choice!);
    }

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or word.</exception>
    public CheckedCaptionExplainRequest Read(CaptioningServiceExplainRequest request)
    {
        var faults = new Violations();
        var model = _head.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        var query = Read(request, model, faults);
        faults.ThrowIfAny();
        return query!;
    }

    /// <summary>Reads a request that is a part of another one, whose model and photo it shares.</summary>
    /// <param name="part">The request.</param>
    /// <param name="field">Its field in the whole.</param>
    /// <param name="model">The model; null where that is wrong.</param>
    /// <param name="faults">Told what is wrong, of the whole.</param>
    /// <returns>Null where it cannot be put together; other faults are told all the same.</returns>
    public CheckedCaptionExplainRequest? ReadPart(CaptioningServiceExplainRequest part, string field, ModelInstance? model, Violations faults)
    {
        var able = model is not null && _head.HasHead(model, field, faults) ? model : null;
        RequestReader.RefuseOwn(part.Model, part.Image, faults.Of(field));
        return Read(part, able, faults.Of(field));
    }

    private CheckedCaptionExplainRequest? Read(CaptioningServiceExplainRequest request, ModelInstance? model, Violations faults)
    {
        CaptionChoice? choice = null;
        CaptionScore[] targets = [];
        CutLayer[] layers = [];
        IExplanationMethod[] methods = [];
        if (model is not null)
        {
            choice = Choice(request, model, faults);
            targets = Targets(request.Targets, model, choice, faults);
            layers = _head.Layers(request.Layers, model, faults);
            methods = _head.Methods(request.Methods, model, layers, faults);
            HeadReader.CheckMaps(targets.Length > 0 ? targets.Length : choice?.MaxWords ?? 0, "targets", layers, methods, faults);
        }
        var fusion = layers.Length == 0 ? null : FusionReader.ReadOfHead(request.LayerFusion, layers.Length, faults);
        var outputs = OutputReader.Read(request.Outputs, faults);
        return choice is null
            ? null
            : new CheckedCaptionExplainRequest(model!, choice, targets, layers, fusion, methods, outputs, request.IncludeAttention);
    }

    /// <summary>
    /// Why a caption cannot have a score. One of the client's own is known; of one that is still to be found, or whose choice is wrong, the
    /// longest that it may be.
    /// </summary>
    private static FieldViolation? FaultIn(CaptionChoice? choice, int longest, CaptionScore score) => choice is CaptionChoice.Given given
        ? score.FaultIn(given.Sentence)
        : score.FaultOfPlace(choice?.MaxWords ?? longest, $"the caption has {choice?.MaxWords ?? longest} words at most");

    private static CaptionChoice? Choice(CaptioningServiceExplainRequest request, ModelInstance model, Violations faults)
    {
        if (request.CaptionCase is not CaptioningServiceExplainRequest.CaptionOneofCase.Text)
            return DecodingReader.Read(request.Decoding, model, faults);
        var captioner = model.Captioner!;
        return WordReader.Sentence(request.Text, "text", captioner.MaxWords, captioner.Words, faults) is { } words
            ? new CaptionChoice.Given(words)
            : null;
    }

    /// <param name="messages">The targets.</param>
    /// <param name="model">The model.</param>
    /// <param name="choice">How the caption comes about; null where that is wrong.</param>
    /// <param name="faults">Told what is wrong.</param>
    private static CaptionScore[] Targets(RepeatedField<CaptionTarget> messages, ModelInstance model, CaptionChoice? choice, Violations faults)
    {
        if (!HeadReader.CheckTargets(messages.Count, "targets", faults))
            return [];
        var captioner = model.Captioner!;
        var scores = new List<CaptionScore>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (CaptionTargetReader.Read(messages[i], i, captioner.Words, faults) is not { } score)
                continue;
            scores.Add(score);
            if (FaultIn(choice, captioner.MaxWords, score) is { } fault)
                faults.Invalid(fault.Field, fault.Description);
        }
        return [.. scores];
    }
}
