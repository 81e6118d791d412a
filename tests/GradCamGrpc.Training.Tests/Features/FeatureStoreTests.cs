using GradCamGrpc.TestData;
using GradCamGrpc.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Features;

/// <summary>On the embedded model and committed photos.</summary>
public sealed class FeatureStoreTests : IDisposable
{
    private static readonly string[] Photos =
        [.. new[] { "astronaut.png", "chelsea.png" }.Select(name => Path.Combine(TestFolders.Repository, "tests", "photos", name))];

    private static readonly IReadOnlyList<PhotoView>[] Views = [PhotoView.Several(3, 1), PhotoView.Several(3, 2)];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _cache = Directory.CreateTempSubdirectory().FullName;
    private readonly FeatureStore _store;

    public FeatureStoreTests()
    {
        var folder = EmbeddedModel.Read();
        _store = new FeatureStore(_cache, folder, folder.Manifest.Preprocessing with { ResizeShorterSide = null }, ["bn2", "blocks.4.2"]);
    }

    public void Dispose()
    {
        _store.Dispose();
        _scope.Dispose();
        Directory.Delete(_cache, recursive: true);
    }

    [Fact]
    public void Read_SomeViewsInAnyOrder_AreThoseOfTheirPhotos()
    {
        using var file = Open();

        var both = file.Read([(1, 2), (0, 0)]);
        var one = file.Read([(0, 0)]);

        Assert.Equal([2, 1280, 7, 7], both[0].shape);
        Assert.Equal([2, 112, 14, 14], both[1].shape);
        Assert.Equal(one[1][0].data<float>().ToArray(), both[1][1].data<float>().ToArray());
        Assert.NotEqual(one[0][0].data<float>().ToArray(), both[0][0].data<float>().ToArray());
    }

    /// <summary>The trunk is nearly symmetric: of the mirrored photo it sees the mirrored maps, but for its uneven padding.</summary>
    [Fact]
    public void Read_MirroredView_SeesTheMirrorImage()
    {
        using var file = Open();

        var maps = file.Read([(0, 0), (0, 1)])[0].sum(1);                                    // [2, 7, 7]

        double Distance(Tensor a, Tensor b) => (a - b).square().sum().item<float>();
        Assert.True(Distance(maps[0].flip(1), maps[1]) < 0.25 * Distance(maps[0], maps[1]));
    }

    [Fact]
    public void Open_SecondTime_ComputesNothing()
    {
        var computed = 0;
        using (_store.Open(Photos, Views, () => computed++, TestContext.Current.CancellationToken))
            Assert.Equal(2, computed);
        using (_store.Open(Photos, Views, () => computed++, TestContext.Current.CancellationToken))
            Assert.Equal(2, computed);
        using (_store.Open(Photos, [PhotoView.Several(3, 1), PhotoView.Several(3, 5)], () => computed++, TestContext.Current.CancellationToken))
            Assert.Equal(4, computed);
    }

    /// <summary>A folder of photos may be replaced by another whose photos have the same names.</summary>
    [Fact]
    public void Open_OtherPhotoOfTheSameName_IsComputed()
    {
        var photo = Path.Combine(_cache, "photo.png");
        File.Copy(Photos[0], photo);
        using var first = _store.Open([photo], [[PhotoView.Whole]], () => { }, TestContext.Current.CancellationToken);
        File.Copy(Photos[1], photo, overwrite: true);
        using var second = _store.Open([photo], [[PhotoView.Whole]], () => { }, TestContext.Current.CancellationToken);

        Assert.NotEqual(first.Read([(0, 0)])[0].data<float>().ToArray(), second.Read([(0, 0)])[0].data<float>().ToArray());
    }

    [Fact]
    public void PathOf_AnythingElseItDependsOn_IsAnother()
    {
        string[][] captions = [["a", "dog"]];
        string[][] others = [["a", "cat"]];
        var recipe = new TrainingRecipe { Epochs = 2, PhotosPerStep = 1 };

        string[] paths =
        [
            _store.PathOf("x", "state", recipe, captions),
            _store.PathOf("x", "state", recipe with { Dropout = 0.5 }, captions),
            _store.PathOf("x", "state", recipe, others),
        ];

        Assert.Equal(3, paths.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(paths[0], _store.PathOf("x", "state", recipe, captions));
    }

    private FeatureFile Open() => _store.Open(Photos, Views, () => { }, TestContext.Current.CancellationToken);
}
