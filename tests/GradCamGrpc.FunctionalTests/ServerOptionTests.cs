using System.Text.Json.Nodes;
using GradCamGrpc.Cli.Explaining;

namespace GradCamGrpc.FunctionalTests;

/// <summary>How the command line is told which server it asks, and what it says where that does not answer.</summary>
public sealed class ServerOptionTests(RunningServer server) : IDisposable
{
    private const int MaxPhotoBytes = 16 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string HostAndPort => $"{server.Address.Host}:{server.Address.Port}";

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("localhost:50051", "http://localhost:50051/")]
    [InlineData("127.0.0.1:50051", "http://127.0.0.1:50051/")]
    [InlineData("[::1]:50051", "http://[::1]:50051/")]
    [InlineData("gradcam.example:443", "http://gradcam.example:443/")]
    [InlineData("http://127.0.0.1:50051", "http://127.0.0.1:50051/")]
    [InlineData("https://gradcam.example", "https://gradcam.example/")]
    [InlineData("localhost", null)]
    [InlineData("localhost:", null)]
    [InlineData("ftp://localhost:50051", null)]
    [InlineData("a:b:50051", null)]
    [InlineData("localhost:70000", null)]
    [InlineData("", null)]
    public void Parse_Text_IsTheAddressOrNull(string text, string? expected)
    {
        Assert.Equal(expected, ServerAddress.Parse(text)?.ToString());
    }

    [Theory]
    [InlineData("targets[0].label", "--class")]
    [InlineData("targets[3].weighted_classes.terms[0].class_reference.label", "--term")]
    [InlineData("targets[0].contrast.label", "--contrast")]
    [InlineData("outputs[0].mask.threshold", "--threshold")]
    [InlineData("outputs[0].overlay.encoding.quality", "--quality")]
    [InlineData("label_images", "--segment")]
    [InlineData("models[1].layer", "--model")]
    [InlineData("layers[0]", "--layer")]
    [InlineData("methods[0].channel_reduction", "--smooth")]
    [InlineData("decoding.nucleus_sampling.top_p", "--top-p")]
    [InlineData("questions[1].targets[0].answer", "--answer")]
    [InlineData("questions[1].text", "question 2")]
    [InlineData("text", "--text")]
    [InlineData("image.encoded", "")]
    [InlineData("something_new[0].part", "something_new[0].part")]
    public void Of_Field_IsTheOptionThatSetsIt(string field, string expected)
    {
        Assert.Equal(expected, FieldOptions.Of(field));
    }

    [Fact]
    public async Task Models_HostAndPortOrTheEnvironment_IsAsked()
    {
        using var option = ProgramRun.CommandLine("models", "--json", "--server", HostAndPort);
        using var variable = ProgramRun.CommandLineAt(HostAndPort, "models", "--json");
        using var health = ProgramRun.CommandLineAt(HostAndPort, "health");

        Assert.Equal((0, 0, 0), (await option.EndAsync(), await variable.EndAsync(), await health.EndAsync()));
        Assert.Equal("embedded", (string?)JsonNode.Parse(option.Output)!["name"]);
        Assert.Equal(option.Output, variable.Output);
    }

    [Fact]
    public async Task Models_ServerIsNoAddress_SaysWhichOfTheTwoAndWhatIsNeeded()
    {
        using var option = ProgramRun.CommandLine("models", "--server", "localhost");
        using var variable = ProgramRun.CommandLineAt("localhost", "models");

        Assert.Equal((1, 1), (await option.EndAsync(), await variable.EndAsync()));
        Assert.Contains("--server: 'localhost' is not an address and a port, such as localhost:50051", option.Errors, StringComparison.Ordinal);
        Assert.Contains("GRADCAM_SERVER: 'localhost' is not an address and a port", variable.Errors, StringComparison.Ordinal);
    }

    /// <summary>The ports of JSON and of metrics speak HTTP/1.1 alone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Explain_AnotherPortOfTheServer_SaysSoInOneSentence(bool isJson)
    {
        var address = new Uri((isJson ? server.HttpAddress : server.MetricsAddress).GetLeftPart(UriPartial.Authority));
        using var run = ProgramRun.CommandLine("explain", Photos.CatPath, "--server", $"{address.Host}:{address.Port}", "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal($"{Photos.CatPath}: no gRPC is spoken at {address}; is that the port of JSON and the page, or of metrics?", run.Errors.Trim());
    }

    /// <summary>One byte more than fits a photo, and so many that the message is not read.</summary>
    [Theory]
    [InlineData(MaxPhotoBytes + 1, "the image has 16777217 bytes; 16777216 (16 MiB) are accepted")]
    [InlineData(41_000_000, "the photo has 39.2 MiB, more than the server at {0} accepts: 16 MiB, or what its --max-image-bytes says")]
    public async Task Explain_PhotoIsTooLargeForAServer_NamesTheLimit(int bytes, string expected)
    {
        var photo = await LargeAsync(bytes);

        using var run = ProgramRun.CommandLine("explain", photo, "--server", HostAndPort, "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal($"{photo}: {expected.Replace("{0}", server.Address.ToString(), StringComparison.Ordinal)}", run.Errors.Trim());
    }

    [Fact]
    public async Task Explain_PhotoIsTooLargeHere_NamesTheLimitAndNoServer()
    {
        var photo = await LargeAsync(MaxPhotoBytes + 1);

        using var run = ProgramRun.CommandLine("explain", photo, "--out", _folder.FullName);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal($"{photo}: the photo has 16.1 MiB; 16 MiB are accepted (GRADCAM_MAX_IMAGE_BYTES, in bytes)", run.Errors.Trim());
    }

    [Theory]
    [InlineData("exact", 0, "")]
    [InlineData("fast", 0, "")]
    [InlineData("faster", 1, "--decoding: 'faster' is not known; did you mean fast?")]
    public async Task Caption_Decoding_IsAsked(string way, int status, string errors)
    {
        using var run = ProgramRun.CommandLine("caption", Photos.CatPath, "--beams", "1", "--decoding", way, "--server", HostAndPort);

        Assert.Equal(status, await run.EndAsync());
        Assert.Contains(errors, run.Errors, StringComparison.Ordinal);
    }

    private async Task<string> LargeAsync(int bytes)
    {
        var photo = Path.Combine(_folder.FullName, "large.jpg");
        await File.WriteAllBytesAsync(photo, new byte[bytes], TestContext.Current.CancellationToken);
        return photo;
    }
}
