using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns messages that ask several things about one photo into checked requests, and finds every fault of every part before any work is done.</summary>
internal sealed class MultiTaskReader(RequestReader requests, CaptionReader captions, VqaReader questions)
{
    /// <summary>The field of what is asked about classes.</summary>
    public const string Classification = "classification";

    /// <summary>The field of what is asked about a caption.</summary>
    public const string Captioning = "captioning";

    /// <summary>The field of what is asked about answers.</summary>
    public const string Vqa = "vqa";

    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer, label, word or answer.</exception>
    public CheckedMultiTaskRequest Read(MultiTaskServiceExplainRequest request)
    {
        var faults = new Violations();
        var model = requests.Model(request.Model, faults);
        RequestReader.RequireImage(request.Image, faults);
        if (request is { Classification: null, Captioning: null, Vqa: null })
            faults.Invalid(Classification, "a classification, a captioning or a vqa is needed");
        var classes = request.Classification is { } ofClasses ? RequestReader.ReadPart(ofClasses, model, ViewOfClasses(request, model), faults.Of(Classification)) : null;
        var caption = request.Captioning is { } ofCaption ? captions.ReadPart(ofCaption, Captioning, model, faults) : null;
        var answers = request.Vqa is { } ofAnswers ? questions.ReadPart(ofAnswers, Vqa, model, faults) : null;
        if (request.ShareView && (request.Classification is null || request is { Captioning: null, Vqa: null }))
            faults.Invalid("share_view", "a classification, and a captioning or a vqa are needed to share one");
        faults.ThrowIfAny();
        return new CheckedMultiTaskRequest(model!, classes, caption, answers);
    }

    /// <summary>Makes the input that classes are read off: that of a head where it is shared and there is such a head, else the model's own.</summary>
    private static Preprocessor? ViewOfClasses(MultiTaskServiceExplainRequest request, ModelInstance? model)
    {
        if (!request.ShareView)
            return model?.Preprocessor;
        var ofHead = request.Captioning is null ? model?.AnswerPreprocessor : model?.CaptionPreprocessor;
        return ofHead ?? model?.Preprocessor;
    }
}
