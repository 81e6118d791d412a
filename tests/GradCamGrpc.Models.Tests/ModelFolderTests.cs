using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Models.Tests;

public sealed class ModelFolderTests
{
    [Fact]
    public void Read_EmbeddedModel_IsComplete()
    {
        var model = EmbeddedModel.Read();

        Assert.Equal(("embedded", "efficientnet_lite0", "bn2"), (model.Manifest.Name, model.Manifest.Architecture, model.Manifest.DefaultLayer));
        Assert.Equal(1000, model.Labels.Count);
        Assert.Equal("tabby, tabby cat", model.Labels[281]);
        Assert.Equal("Apache-2.0", model.Manifest.Licence);
    }

    [Fact]
    public void Revision_WhateverChangesInTheFiles_IsAnother()
    {
        using var model = new TemporaryModel();
        using var copy = new TemporaryModel();
        var before = ModelFolder.Read(model.Folder).Revision;
        var labels = File.ReadAllText(Path.Combine(model.Folder, "labels.txt"));

        Assert.Matches("^[0-9a-f]{64}$", before);
        Assert.Equal(before, ModelFolder.Read(copy.Folder).Revision);
        Assert.NotEqual(before, ModelFolder.Read(model.WithFile("labels.txt", labels.Replace("tabby", "tabbi", StringComparison.Ordinal)).Folder).Revision);
        Assert.Equal(before, ModelFolder.Read(model.WithFile("labels.txt", labels).Folder).Revision);
        Assert.NotEqual(before, ModelFolder.Read(model.With(manifest => manifest["description"] = "Another.").Folder).Revision);
    }

    [Fact]
    public void NameIn_Folder_IsTheManifestsNameOrNull()
    {
        using var model = new TemporaryModel();

        Assert.Equal("embedded", ModelFolder.NameIn(model.Folder));
        Assert.Null(ModelFolder.NameIn(model.WithFile("model.json", "{").Folder));
        Assert.Null(ModelFolder.NameIn(model.WithFile("model.json", null).Folder));
    }

    [Fact]
    public void HasItsWeights_CheckpointIsReplaced_NoMore()
    {
        using var model = new TemporaryModel();
        var folder = ModelFolder.Read(model.Folder);
        Assert.True(folder.HasItsWeights());

        model.WithFile(folder.Manifest.Weights.File, "something else");
        Assert.False(folder.HasItsWeights());
        model.WithFile(folder.Manifest.Weights.File, null);
        Assert.False(folder.HasItsWeights());
    }

    /// <summary>A pipe would be waited for, and nothing would be loaded or ended ever after.</summary>
    [Theory]
    [InlineData("model.json")]
    [InlineData("labels.txt")]
    [InlineData("efficientnet_lite0.safetensors")]
    public async Task Read_FileIsAPipe_IsRefusedAndNotWaitedFor(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes are made by Linux's mkfifo");
        using var model = new TemporaryModel();
        model.WithFile(file, null);
        using var make = Process.Start("mkfifo", [Path.Combine(model.Folder, file)]);
        await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        var read = Task.Run(() => ModelFolder.Read(model.Folder), TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<InvalidModelException>(() => read.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Contains("is empty, or no file", fault.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Faults => [.. Damages.Keys.Select(key => (key, key.Split(' ')[0]))];

    private static readonly Dictionary<string, Action<JsonObject>> Damages = new(StringComparer.Ordinal)
    {
        ["name upper"] = manifest => manifest["name"] = "Embedded",
        ["name path"] = manifest => manifest["name"] = "../x",
        ["version blank"] = manifest => manifest["version"] = " ",
        ["architecture unknown"] = manifest => manifest["architecture"] = "resnet9000",
        ["tasks none"] = manifest => manifest["tasks"] = new JsonArray(),
        ["tasks unknown"] = manifest => manifest["tasks"] = new JsonArray("juggling"),
        ["labels path"] = manifest => manifest["labels"] = "../labels.txt",
        ["labels absent"] = manifest => manifest["labels"] = "nothing.txt",
        ["weights.file path"] = manifest => manifest["weights"]!["file"] = "/etc/passwd",
        ["weights.file absent"] = manifest => manifest["weights"]!["file"] = "nothing.safetensors",
        ["weights.file kind"] = manifest => manifest["weights"]!["file"] = "model.json",
        ["weights.sha256 short"] = manifest => manifest["weights"]!["sha256"] = "abc",
        ["weights.sha256 other"] = manifest => manifest["weights"]!["sha256"] = new string('0', 64),
        ["preprocessing.crop_width zero"] = manifest => manifest["preprocessing"]!["crop_width"] = 0,
        ["preprocessing.crop_height huge"] = manifest => manifest["preprocessing"]!["crop_height"] = 100_000,
        ["preprocessing.resize_shorter_side small"] = manifest => manifest["preprocessing"]!["resize_shorter_side"] = 100,
        ["preprocessing.interpolation unknown"] = manifest => manifest["preprocessing"]!["interpolation"] = "lanczos",
        ["preprocessing.mean two"] = manifest => manifest["preprocessing"]!["mean"] = new JsonArray(0.5, 0.5),
        ["metrics null"] = manifest => manifest["metrics"] = new JsonArray((JsonNode?)null),
        ["preprocessing.std tiny"] = manifest => manifest["preprocessing"]!["std"] = new JsonArray(1e-300, 1, 1),
        ["tasks captioning"] = manifest => manifest["tasks"] = new JsonArray("classification"),
        ["captioning.sources none"] = manifest => manifest["captioning"]!["sources"] = new JsonArray(),
        ["captioning.sources flat"] = manifest => manifest["captioning"]!["sources"]![1]!["height"] = 0,
        ["captioning.shape uneven"] = manifest => manifest["captioning"]!["shape"]!["attention_heads"] = 7,
        ["captioning.shape.layers many"] = manifest => manifest["captioning"]!["shape"]!["layers"] = 65,
        ["captioning.shape.max_words none"] = manifest => manifest["captioning"]!["shape"]!["max_words"] = 0,
        ["captioning.vocabulary path"] = manifest => manifest["captioning"]!["vocabulary"] = "../words.txt",
        ["captioning.vocabulary absent"] = manifest => manifest["captioning"]!["vocabulary"] = "nothing.txt",
        ["captioning.weights.sha256 other"] = manifest => manifest["captioning"]!["weights"]!["sha256"] = new string('0', 64),
        ["captioning.weights.file absent"] = manifest => manifest["captioning"]!["weights"]!["file"] = "nothing.safetensors",
        ["captioning.preprocessing.std zero"] = manifest => manifest["captioning"]!["preprocessing"]!["std"] = new JsonArray(0.5, 0.0, 0.5),
        ["captioning.preprocessing.crop_width zero"] = manifest => manifest["captioning"]!["preprocessing"]!["crop_width"] = 0,
        ["captioning.preprocessing.crop_height huge"] = manifest => manifest["captioning"]!["preprocessing"]!["crop_height"] = 100_000,
        ["captioning.length_penalty negative"] = manifest => manifest["captioning"]!["length_penalty"] = -1,
        ["captioning.metrics null"] = manifest => manifest["captioning"]!["metrics"] = new JsonArray((JsonNode?)null),
        ["tasks vqa"] = manifest =>
        {
            manifest["tasks"] = new JsonArray("classification", "captioning", "vqa");
            manifest.Remove("answering");
        },
        ["tasks answering"] = manifest =>
        {
            manifest["answering"] = HeadWithAnswers(manifest, "labels.txt");
            manifest["tasks"] = new JsonArray("classification", "captioning");
        },
        ["batching.max_batch zero"] = manifest => manifest["batching"] = new JsonObject { ["max_batch"] = 0 },
        ["batching.max_batch many"] = manifest => manifest["batching"] = new JsonObject { ["max_batch"] = 1025 },
        ["batching.max_delay_ms negative"] = manifest => manifest["batching"] = new JsonObject { ["max_delay_ms"] = -1 },
        ["batching.max_delay_ms long"] = manifest => manifest["batching"] = new JsonObject { ["max_delay_ms"] = 10_001 },
        ["batching.instances zero"] = manifest => manifest["batching"] = new JsonObject { ["instances"] = 0 },
        ["batching.instances many"] = manifest => manifest["batching"] = new JsonObject { ["instances"] = 65 },
        ["answering.answers path"] = manifest => manifest["answering"] = Answering(manifest, "../answers.txt"),
        ["answering.answers absent"] = manifest => manifest["answering"] = Answering(manifest, "nothing.txt"),
        ["answering.shape.layers none"] = manifest =>
        {
            manifest["answering"] = Answering(manifest, "labels.txt");
            manifest["answering"]!["shape"]!["layers"] = 0;
        },
        ["preprocessing.std zero"] = manifest => manifest["preprocessing"]!["std"] = new JsonArray(0.5, 0.0, 0.5),
    };

    private static JsonNode Answering(JsonObject manifest, string answers)
    {
        manifest["tasks"] = new JsonArray("classification", "captioning", "vqa");
        return HeadWithAnswers(manifest, answers);
    }

    /// <summary>What the captioning head is, with answers in the place of the length penalty.</summary>
    private static JsonNode HeadWithAnswers(JsonObject manifest, string answers)
    {
        var head = manifest["captioning"]!.DeepClone();
        head.AsObject().Remove("length_penalty");
        head["answers"] = answers;
        return head;
    }

    [Theory, MemberData(nameof(Faults))]
    public void Read_BadField_IsRefusedByItsName(string damage, string field)
    {
        using var model = new TemporaryModel().With(Damages[damage]);

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains($"{field}: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(model.Folder, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EveryNumberOfBatchingIsBad_AllAreListed()
    {
        using var model = new TemporaryModel().With(manifest =>
        {
            Damages["name upper"](manifest);
            manifest["batching"] = new JsonObject { ["max_batch"] = -3, ["max_delay_ms"] = 60_000, ["instances"] = 0 };
        });

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Equal(
            [
                $"name: 'Embedded' is not {ModelManifest.NameRule}",
                "batching.max_batch: -3 is not from 1 to 1024",
                "batching.max_delay_ms: 60000 is not from 0 to 10000",
                "batching.instances: 0 is not from 1 to 64",
            ],
            fault.Faults);
    }

    [Theory]
    [InlineData("""{ "max_batch": 8, "max_delay_ms": 2, "instances": 1 }""", 8, 2, 1)]
    [InlineData("""{ "max_batch": 1, "max_delay_ms": 0, "instances": 64 }""", 1, 0, 64)]
    [InlineData("""{ "max_batch": 1024, "max_delay_ms": 10000 }""", 1024, 10_000, null)]
    [InlineData("""{ "max_delay_ms": 2 }""", null, 2, null)]
    [InlineData("""{ "max_batch": null, "instances": 3 }""", null, null, 3)]
    [InlineData("{}", null, null, null)]
    public void Read_Batching_HoldsWhatItSaysAndIsWrittenAsItWas(string text, int? batch, int? delay, int? instances)
    {
        using var model = new TemporaryModel().With(manifest => manifest["batching"] = JsonNode.Parse(text));

        var read = ModelFolder.Read(model.Folder).Manifest;
        ModelFolder.WriteManifest(model.Folder, read);

        Assert.Equal(new BatchingManifest { MaxBatch = batch, MaxDelayMs = delay, Instances = instances }, read.Batching);
        Assert.Equal(read.Batching, ModelFolder.Read(model.Folder).Manifest.Batching);
    }

    [Fact]
    public void Write_NoBatching_NamesNone()
    {
        using var model = new TemporaryModel().With(manifest => manifest["batching"] = null);
        var read = ModelFolder.Read(model.Folder).Manifest;
        ModelFolder.WriteManifest(model.Folder, read);

        Assert.Null(read.Batching);
        Assert.DoesNotContain("batching", File.ReadAllText(Path.Combine(model.Folder, ModelFolder.ManifestFile)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "preferred_batch": 8 }""", "preferred_batch")]
    [InlineData("""{ "max_batch": "auto" }""", "batching.max_batch")]
    [InlineData("""{ "max_delay_ms": 0.5 }""", "batching.max_delay_ms")]
    [InlineData("""{ "instances": 99999999999 }""", "batching.instances")]
    [InlineData("8", "batching")]
    public void Read_BatchingIsOfAnotherShape_IsRefusedByItsField(string text, string field)
    {
        using var model = new TemporaryModel().With(manifest => manifest["batching"] = JsonNode.Parse(text));

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains(field, Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    /// <summary>Whether the sources have as many positions as the trunk gives them is found out when it runs.</summary>
    [Fact]
    public void Read_HeadHasAnInputSizeOfItsOwn_IsAccepted()
    {
        using var model = new TemporaryModel().With(manifest =>
        {
            manifest["captioning"]!["preprocessing"]!["crop_width"] = 384;
            manifest["captioning"]!["preprocessing"]!["crop_height"] = 288;
            manifest["captioning"]!["sources"]![0]!["height"] = 9;
            manifest["captioning"]!["sources"]![0]!["width"] = 12;
        });

        var read = ModelFolder.Read(model.Folder).Manifest;

        Assert.Equal((384, 288), (read.Captioning!.Preprocessing.CropWidth, read.Captioning.Preprocessing.CropHeight));
        Assert.Equal((224, 224), (read.Preprocessing.CropWidth, read.Preprocessing.CropHeight));
        Assert.Equal((9, 12), (read.Captioning.Sources[0].Height, read.Captioning.Sources[0].Width));
    }

    [Fact]
    public void Read_SeveralFaults_AllAreListed()
    {
        using var model = new TemporaryModel().With(manifest =>
        {
            Damages["name upper"](manifest);
            Damages["tasks none"](manifest);
            Damages["preprocessing.std zero"](manifest);
        });

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains("name: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("tasks: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("preprocessing.std: ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"name\": null}")]
    [InlineData("")]
    public void Read_ManifestIsNoManifest_IsRefused(string text)
    {
        using var model = new TemporaryModel().WithFile(ModelFolder.ManifestFile, text);

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains("model.json", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownProperty_IsRefusedByName()
    {
        using var model = new TemporaryModel().With(manifest => manifest["colour"] = "blue");

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains("colour", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmptyLabel_IsRefusedByLine()
    {
        using var model = new TemporaryModel().WithFile("labels.txt", "cat\n\ndog\n");

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains("line 2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WordsAndAnswersThereTwice_AreListedByFileAndLine()
    {
        using var model = new TemporaryModel()
            .With(manifest => manifest["answering"] = Answering(manifest, "answers.txt"))
            .WithFile("captioning_words.txt", "a\ncat\nA\ncat\n")
            .WithFile("answers.txt", "yes\nno\nyes\n");

        var fault = Assert.Throws<InvalidModelException>(() => ModelFolder.Read(model.Folder));

        Assert.Contains("captioning.vocabulary: line 4 of captioning_words.txt is line 2 again, 'cat'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("answering.answers: line 3 of answers.txt is line 1 again, 'yes'", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Two classes may have one name: ImageNet has two cranes.</summary>
    [Fact]
    public void Read_LabelThereTwice_IsAccepted()
    {
        using var model = new TemporaryModel().WithFile("labels.txt", "crane\ncrane\n");

        Assert.Equal(["crane", "crane"], ModelFolder.Read(model.Folder).Labels);
    }

    [Fact]
    public void BuildNetwork_LabelsDoNotFitTheWeights_IsRefusedByTensorAndShapes()
    {
        using var model = new TemporaryModel().WithFile("labels.txt", "cat\ndog\n");

        var fault = Assert.Throws<CheckpointException>(() => ModelFolder.Read(model.Folder).BuildNetwork());

        Assert.StartsWith("classifier.", fault.Tensor, StringComparison.Ordinal);
        Assert.Contains("1000", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A manifest of a kilobyte must not take gigabytes: what it claims is compared with its weights first.</summary>
    [Theory]
    [InlineData("width", 2048)]
    [InlineData("layers", 64)]
    [InlineData("max_words", 4096)]
    public void BuildHeads_ManifestClaimsMoreThanItsWeightsHold_IsRefusedBeforeTheyAreBuilt(string property, int value)
    {
        using var model = new TemporaryModel().With(manifest =>
        {
            foreach (var head in new[] { manifest["captioning"]!, manifest["answering"]! })
            {
                head["shape"]![property] = value;
                head["sources"]![0]!["height"] = 4096;
            }
        });
        var folder = ModelFolder.Read(model.Folder);

        foreach (var fault in new[] { Assert.Throws<CheckpointException>(() => folder.BuildCaptionHead()), Assert.Throws<CheckpointException>(() => folder.BuildAnswerHead()) })
        {
            Assert.Null(fault.Tensor);
            Assert.Contains("numbers or more", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BuildNetwork_MoreLabelsThanItsWeightsHold_IsRefusedBeforeItIsBuilt()
    {
        using var model = new TemporaryModel().WithFile("labels.txt", string.Concat(Enumerable.Repeat("cat\n", 40_000)));

        var fault = Assert.Throws<CheckpointException>(() => ModelFolder.Read(model.Folder).BuildNetwork());

        Assert.Null(fault.Tensor);
        Assert.Contains("40000 classes", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.pth")]
    [InlineData("model.pt")]
    [InlineData("MODEL.PTH")]
    public void BuildNetwork_WeightsAreAPyTorchFile_EqualsTheSafetensorsOne(string name)
    {
        using var model = new TemporaryModel();
        var weights = Path.Combine(model.Folder, name);
        using (var arrays = SafetensorsFile.Open(Path.Combine(EmbeddedModel.Path, EmbeddedModel.Read().Manifest.Weights.File)))
            TemporaryPyTorchFile.WriteCopy(weights, arrays);
        model.With(manifest =>
        {
            manifest["weights"]!["file"] = name;
            manifest["weights"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)));
        });

        using var expected = EmbeddedModel.Read().BuildNetwork();
        using var actual = ModelFolder.Read(model.Folder).BuildNetwork();

        var parameters = actual.state_dict();
        foreach (var (key, parameter) in expected.state_dict())
            Assert.True(parameters[key].eq(parameter).all().item<bool>(), key);
    }

    [Fact]
    public void Repository_FolderOfFolders_ListsTheModelsByName()
    {
        var parent = Directory.CreateTempSubdirectory();
        using var second = new TemporaryModel(Path.Combine(parent.FullName, "a")).With(manifest => manifest["name"] = "second");
        using var first = new TemporaryModel(Path.Combine(parent.FullName, "b")).With(manifest => manifest["name"] = "first");
        Directory.CreateDirectory(Path.Combine(parent.FullName, "c"));

        var models = ModelRepository.Read(parent.FullName);

        Assert.Equal(["first", "second"], models.Select(model => model.Manifest.Name));
    }

    [Fact]
    public void Repository_TwoModelsOfOneName_IsRefused()
    {
        var parent = Directory.CreateTempSubdirectory();
        using var one = new TemporaryModel(Path.Combine(parent.FullName, "a"));
        using var other = new TemporaryModel(Path.Combine(parent.FullName, "b"));

        var fault = Assert.Throws<InvalidModelException>(() => ModelRepository.Read(parent.FullName));

        Assert.Contains("both named 'embedded'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Repository_NothingThere_IsRefused()
    {
        Assert.Throws<InvalidModelException>(() => ModelRepository.Read(Directory.CreateTempSubdirectory().FullName));
        Assert.Throws<InvalidModelException>(() => ModelRepository.Read("/no/such/folder"));
    }
}
