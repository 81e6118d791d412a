using Google.Protobuf;
using Google.Protobuf.Reflection;
using GradCamGrpc.Fuzzing.Images;

namespace GradCamGrpc.Fuzzing.Messages;

/// <summary>Requests that are answered, as JSON: what is damaged must have worked. PHOTO stands for a small photo.</summary>
internal static class SoundMessages
{
    private const string Photo = "PHOTO";

    /// <summary>By method. One that is not here is called with a photo if it takes one, and else with nothing.</summary>
    private static readonly Dictionary<string, string[]> Texts = new(StringComparer.Ordinal)
    {
        ["gradcam.v1.ClassificationService.Classify"] = ["""{"model": "embedded", "image": PHOTO, "topK": 3}""", """{"model": "embedded", "image": PHOTO}"""],
        ["gradcam.v1.ClassificationService.Explain"] =
        [
            """{"model": "embedded", "image": PHOTO}""",
            """{"model": "embedded", "image": PHOTO, "targets": [{"classIndex": 281, "scoreKind": "SCORE_KIND_PROBABILITY"}, {"label": "tiger cat", "contrast": {"classIndex": 7}}], "layers": ["bn2", "blocks.6.0"], "layerFusion": "LAYER_FUSION_MEAN"}""",
            """{"model": "embedded", "image": PHOTO, "targets": [{"weightedClasses": {"terms": [{"classReference": {"classIndex": 1}, "weight": 1}, {"classReference": {"label": "tabby"}, "weight": -0.5}]}}], "methods": [{"layerCam": {}}, {"gradCam": {}, "channelReduction": "CHANNEL_REDUCTION_PRINCIPAL_COMPONENT"}]}""",
            """{"model": "embedded", "image": PHOTO, "targets": [{"topK": 2}], "outputs": [{"raw": {"grid": "MAP_GRID_IMAGE"}}, {"heatMap": {}}, {"overlay": {"opacity": 0.5, "encoding": {"format": "IMAGE_FORMAT_JPEG", "quality": 80}}}, {"boxes": {"threshold": 0.2}}, {"mask": {}}, {"gradedMask": {}}, {"peak": {}}], "labelImages": [{}]}""",
            """{"model": "embedded", "image": PHOTO, "methods": [{"integratedGradients": {"stepCount": 2}}, {"smoothGrad": {"sampleCount": 2, "noiseShare": 0.1, "seed": 3}}, {"saliency": {}}]}""",
            """{"model": "embedded", "image": PHOTO, "methods": [{"occlusion": {"patchSize": 128, "stride": 128}}]}""",
        ],
        ["gradcam.v1.ClassificationService.ExplainStream"] =
        [
            """{"settings": {"order": "ANSWER_ORDER_AS_SENT", "maxInFlight": 2}}""",
            """{"item": {"id": "one", "request": {"model": "embedded", "image": PHOTO}}}""",
            """{"item": {"id": "two", "request": {"model": "embedded", "image": PHOTO, "targets": [{"topK": 2}]}}}""",
        ],
        ["gradcam.v1.CaptioningService.Caption"] =
        [
            """{"model": "embedded", "image": PHOTO, "decoding": {"beamSearch": {"beamCount": 2, "lengthPenalty": 0.7}, "minWords": 2, "maxWords": 6, "prefix": "a dog", "bannedWords": ["man"]}}""",
            """{"model": "embedded", "image": PHOTO, "decoding": {"nucleusSampling": {"topP": 0.9, "temperature": 1, "seed": 5}, "maxWords": 5}}""",
        ],
        ["gradcam.v1.CaptioningService.Explain"] =
        [
            """{"model": "embedded", "image": PHOTO, "text": "a dog runs", "targets": [{"wordPosition": 1}, {"span": {"firstPosition": 0, "wordCount": 2}}, {"wholeCaption": {}}, {"alternativeWord": {"position": 1, "word": "man"}}], "includeAttention": true}""",
            """{"model": "embedded", "image": PHOTO, "decoding": {"maxWords": 4}, "layers": ["bn2"], "methods": [{"gradCamPlusPlus": {}}], "outputs": [{"peak": {}}]}""",
        ],
        ["gradcam.v1.VqaService.Answer"] = ["""{"model": "embedded", "image": PHOTO, "questions": ["what is the man wearing", "is there a dog"], "predictionTopK": 2}"""],
        ["gradcam.v1.VqaService.Explain"] =
        [
            """{"model": "embedded", "image": PHOTO, "questions": [{"text": "what is the man wearing"}], "includeAttention": true}""",
            """{"model": "embedded", "image": PHOTO, "questions": [{"text": "is there a dog", "targets": [{"answer": "yes", "contrast": "no"}]}], "leaveWordsOut": true}""",
        ],
        ["gradcam.v1.MultiTaskService.Explain"] =
        [
            """{"model": "embedded", "image": PHOTO, "classification": {"targets": [{"topK": 1}]}, "captioning": {"text": "a dog"}, "vqa": {"questions": [{"text": "is there a dog"}]}}""",
        ],
        ["gradcam.v1.VideoService.Explain"] =
        [
            """{"settings": {"model": "second", "request": {"targets": [{"topK": 1}]}, "policy": "FRAME_POLICY_EVERY_NTH", "frameStep": 2, "frameDeadline": "2s", "classHysteresis": {"margin": 0.1, "frameCount": 2}, "smoothingFactor": 0.5, "motionThreshold": 0.1, "keyframeThreshold": 0.02}}""",
            """{"frame": {"timestamp": "0.1s", "image": PHOTO}}""",
            """{"frame": {"timestamp": "0.2s", "image": PHOTO}}""",
        ],
        ["gradcam.v1.EvidenceService.Evaluate"] =
        [
            """{"model": "embedded", "image": PHOTO, "measures": ["MEASURE_DELETION"], "curves": {"stepCount": 2}}""",
            """{"model": "embedded", "image": PHOTO, "boxes": [{"x": 4, "y": 4, "width": 20, "height": 20}], "measures": ["MEASURE_POINTING", "MEASURE_ENERGY_INSIDE"], "includeBaselines": true}""",
            """{"model": "embedded", "image": PHOTO, "measures": ["MEASURE_SENSITIVITY"], "sensitivity": {"sampleCount": 1, "radius": 0.02}, "seed": 4}""",
        ],
        ["gradcam.v1.EvidenceService.CheckSanity"] = ["""{"model": "embedded", "image": PHOTO, "target": {"classIndex": 5}, "checkpointCount": 1, "seed": 2}"""],
        ["gradcam.v1.ComparisonService.CompareClasses"] = ["""{"model": "embedded", "image": PHOTO, "trueClass": {"classIndex": 282}}"""],
        ["gradcam.v1.ComparisonService.CompareModels"] = ["""{"models": [{"model": "embedded"}, {"model": "second", "layer": "blocks.6.0"}], "image": PHOTO}"""],
        ["gradcam.v1.ComparisonService.Perturb"] = ["""{"model": "embedded", "image": PHOTO, "fgsm": {"epsilon": 0.01}}""", """{"model": "embedded", "image": PHOTO, "pgd": {"epsilon": 0.01, "stepCount": 1}}"""],
        ["gradcam.v1.ModelService.GetModel"] = ["""{"name": "embedded"}"""],
        ["gradcam.v1.ModelService.ListModels"] = ["{}"],
    };

    private static readonly string PhotoText = $$"""{"encoded": "{{Convert.ToBase64String(ImageSeeds.All["baseline.jpg"])}}"}""";

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default);

    /// <summary>Whether there are messages of a method that are answered.</summary>
    public static bool AreKnown(MethodDescriptor method) => Texts.ContainsKey(method.FullName);

    /// <summary>The messages of calls of a method that are answered: of one that streams in their order, else each by itself.</summary>
    public static IReadOnlyList<IMessage> Of(MethodDescriptor method)
    {
        var standard = method.InputType.FindFieldByName("image") is null ? "{}" : """{"image": PHOTO}""";
        return [.. Texts.GetValueOrDefault(method.FullName, [standard]).Select(text => Parser.Parse(text.Replace(Photo, PhotoText, StringComparison.Ordinal), method.InputType))];
    }
}
