using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server of a folder of models that change while it runs.</summary>
internal sealed class ChangingModels : IAsyncDisposable
{
    /// <summary>The model that is there at the start, in its version 1.</summary>
    public const string Model = "changing";

    private ChangingModels(string root, RunningServer server) => (Root, Server) = (root, server);

    /// <summary>The folder of the models.</summary>
    public string Root { get; }

    /// <summary>The server.</summary>
    public RunningServer Server { get; }

    /// <summary>The folder of <see cref="Model"/>.</summary>
    public string Folder => Path.Combine(Root, Model);

    /// <summary>Starts it.</summary>
    /// <param name="control">Who may change its models.</param>
    public static async Task<ChangingModels> StartAsync(ModelControl control)
    {
        var root = Directory.CreateTempSubdirectory().FullName;
        ModelCopy.Write(Path.Combine(root, Model), Model, "1");
        var models = new ChangingModels(root, new RunningServer(options => options with
        {
            Models = root,
            ModelControl = control,
            ModelPoll = TimeSpan.FromMilliseconds(20),
            Queue = options.Queue with { MaxBatch = 4, MaxDelay = TimeSpan.Zero },
        }));
        await models.Server.InitializeAsync();
        return models;
    }

    /// <summary>What the server says of the cat.</summary>
    public async Task<ClassificationPrediction> ClassifyAsync(string model = Model)
    {
        var request = new ClassifyRequest { Image = Photos.CatImage, Model = model };
        return (await Server.Classification.ClassifyAsync(request, cancellationToken: TestContext.Current.CancellationToken)).Prediction;
    }

    /// <summary>What the server says of the cat, from the first answer on that is of a version.</summary>
    public async Task<ClassificationPrediction> ClassifyUntilAsync(string version)
    {
        ClassificationPrediction prediction;
        do
            prediction = await ClassifyAsync();
        while (prediction.ModelVersion != version);
        return prediction;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
