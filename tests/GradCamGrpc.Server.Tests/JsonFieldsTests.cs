using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Http;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests;

public sealed class JsonFieldsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model": "embedded", "image": {"encoded": "AAA="}, "predictionTopK": 3, "layers": ["bn2"]}""")]
    [InlineData("""{"prediction_top_k": 3, "layer_fusion": "LAYER_FUSION_MEAN"}""")]
    [InlineData("""{"layerFusion": 2, "image": null}""")]
    [InlineData("""{"image": {"encoded": "\/\/8="}}""")]
    [InlineData("""{"targets": [{"classIndex": 1, "scoreKind": "SCORE_KIND_LOGIT"}, {"topK": 2}]}""")]
    [InlineData("""{"targets": [{"weightedClasses": {"terms": [{"classReference": {"label": "tabby"}, "weight": -0.5}]}}]}""")]
    [InlineData("""{"methods": [{"smoothGrad": {"seed": "18446744073709551615", "noiseShare": 1}}, {"gradCam": {}}]}""")]
    [InlineData("\ufeff{}")]
    public void Check_FieldsOfTheMessage_HaveNoFault(string json) => Assert.Empty(Check(json));

    [Theory]
    [InlineData("""{"top_K": 1}""", "top_K", "there is no such field")]
    [InlineData("""{"Layers": []}""", "Layers", "there is no such field; close to it: layers")]
    [InlineData("""{"target": [{"label": "tabby"}]}""", "target", "there is no such field; close to it: targets")]
    [InlineData("""{"targets": [{"topK": 1}, {"lable": "tabby"}]}""", "targets[1].lable", "there is no such field; close to it: label")]
    [InlineData("""{"methods": [{"smoothGrad": {"noise": {"deep": [1]}}}]}""", "methods[0].smooth_grad.noise", "there is no such field; close to it: noise_share")]
    [InlineData("""{"targets": [{"label": "tabby", "topK": 1}]}""", "targets[0].top_k", "label is set, and of the two only one may be")]
    [InlineData("""{"predictionTopK": 1, "prediction_top_k": 2}""", "prediction_top_k", "it is there twice")]
    [InlineData("""{"predictionTopK": "3"}""", "prediction_top_k", "'3' is not a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"predictionTopK": 2.5}""", "prediction_top_k", "2.5 is not a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"predictionTopK": 3000000000}""", "prediction_top_k", "3000000000 is not a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"predictionTopK": null}""", "prediction_top_k", "null is not a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"methods": [{"smoothGrad": {"seed": -1}}]}""", "methods[0].smooth_grad.seed", "-1 is not a whole number from 0 to 18446744073709551615")]
    [InlineData("""{"methods": [{"smoothGrad": {"noiseShare": "half"}}]}""", "methods[0].smooth_grad.noise_share", "'half' is not a number")]
    [InlineData("""{"layers": "bn2"}""", "layers", "'bn2' is not a list")]
    [InlineData("""{"layers": [["bn2"]]}""", "layers[0]", "a list is not a text")]
    [InlineData("""{"layers": null}""", "layers", "null is not a list")]
    [InlineData("""{"targets": [null]}""", "targets[0]", "null is not an object")]
    [InlineData("""{"targets": {"topK": 1}}""", "targets", "an object is not a list")]
    [InlineData("""{"model": true}""", "model", "true is not a text")]
    [InlineData("""{"image": "AAA="}""", "image", "'AAA=' is not an object")]
    [InlineData("""{"image": {"encoded": "data:image/png;base64,AAA="}}""", "image.encoded", "'data:image/png;base64,AAA=' is not Base64 (RFC 4648, section 4), with nothing in front of it")]
    [InlineData("""{"image": {"encoded": "\/\/-_"}}""", "image.encoded", "'//-_' is not Base64 (RFC 4648, section 4), with nothing in front of it")]
    [InlineData("""{"layerFusion": "MEAN"}""", "layer_fusion", "'MEAN' is not one of LAYER_FUSION_NONE, LAYER_FUSION_MEAN, LAYER_FUSION_MAXIMUM")]
    public void Check_OneFieldIsWrong_NamesItAndSaysWhatWouldBeRight(string json, string field, string description)
    {
        var fault = Assert.Single(Check(json));

        Assert.Equal(field, fault.Field);
        Assert.StartsWith(description, fault.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_SeveralFieldsAreWrong_NamesEachInTheirOrder() => Assert.Equal(
        ["colour", "layers[0]", "layers[2]", "image.raw.heigth", "model"],
        Check("""{"colour": {"a": [1, {}]}, "layers": [1, "bn2", {}], "image": {"raw": {"width": 1, "heigth": 2}}, "model": []}""").Select(fault => fault.Field));

    /// <summary>A body may hold millions of them.</summary>
    [Fact]
    public void Check_VeryManyFieldsAreWrong_StopsAtEight() =>
        Assert.Equal(8, Check($"{{{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"f{i}\": [{{}}]"))}}}").Count);

    [Theory]
    [InlineData("")]
    [InlineData("a cat")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"model": "embedded" """)]
    [InlineData("""{"model": "embedded",}""")]
    [InlineData("""{} {}""")]
    [InlineData("""{"model": "\ud800"}""")]
    [InlineData("""{"\ud800": 1}""")]
    public void Check_IsNoJsonObject_SaysSo(string json) => Assert.ThrowsAny<JsonException>(() => Check(json));

    [Fact]
    public void Check_IsNoUtf8_SaysSo() => Assert.ThrowsAny<JsonException>(() => Check([.. "{\"model\":\""u8, 0xE4, .. "\"}"u8]));

    /// <summary>Of a kind that it does not know it would refuse every value.</summary>
    [Fact]
    public void Check_FieldsOfAllCalls_AreOfKindsThatItKnows()
    {
        FieldType[] known =
        [
            FieldType.Message, FieldType.Bool, FieldType.String, FieldType.Bytes, FieldType.Enum, FieldType.Int32, FieldType.UInt64, FieldType.Double,
        ];
        FileDescriptor[] files =
        [
            CaptioningServiceReflection.Descriptor, ClassificationServiceReflection.Descriptor, ComparisonServiceReflection.Descriptor,
            EvidenceServiceReflection.Descriptor, ModelServiceReflection.Descriptor, MultiTaskServiceReflection.Descriptor, VqaServiceReflection.Descriptor,
        ];
        var messages = new HashSet<MessageDescriptor>();
        foreach (var method in files.SelectMany(file => file.Services).SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming))
            Collect(method.InputType);

        Assert.True(messages.Count > 20, $"{messages.Count} messages");
        Assert.All(messages, message => Assert.Equal("gradcam.v1", message.File.Package));
        Assert.All(messages.SelectMany(message => message.Fields.InDeclarationOrder()), field =>
        {
            Assert.Contains(field.FieldType, known);
            Assert.False(field.IsMap);
        });

        void Collect(MessageDescriptor message)
        {
            if (!messages.Add(message))
                return;
            foreach (var field in message.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message))
                Collect(field.MessageType);
        }
    }

    private static IReadOnlyList<FieldViolation> Check(string json) => Check(Encoding.UTF8.GetBytes(json));

    private static IReadOnlyList<FieldViolation> Check(byte[] json)
    {
        var faults = new Violations();
        JsonFields.Check(json, ClassificationServiceExplainRequest.Descriptor, faults);
        try
        {
            faults.ThrowIfAny();
            return [];
        }
        catch (InvalidRequestException fault)
        {
            return fault.Violations;
        }
    }
}
