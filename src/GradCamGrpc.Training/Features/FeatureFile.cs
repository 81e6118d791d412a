using GradCamGrpc.Models.Heads;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Features;

/// <summary>The trunk's maps of many photos in several views, half precision, in one file: computed once, read at random.</summary>
public sealed class FeatureFile : IDisposable
{
    private const int BytesOfHalf = 2;

    private readonly SafeFileHandle _file;
    private readonly int _views;
    private readonly int[] _lengths;

    private FeatureFile(string name, SafeFileHandle file, IReadOnlyList<HeadSource> sources, int views)
    {
        Name = name;
        _file = file;
        _views = views;
        Sources = sources;
        _lengths = [.. sources.Select(source => source.Channels * source.Positions)];
    }

    /// <summary>The file's name, which says all that the maps depend on: what depends on them is named after it.</summary>
    public string Name { get; }

    /// <summary>The layers that the maps are of.</summary>
    public IReadOnlyList<HeadSource> Sources { get; }

    private long BytesOfView => (long)_lengths.Sum() * BytesOfHalf;

    /// <summary>Opens the file, and computes it first where there is none.</summary>
    /// <param name="path">The file; who names it makes sure that the name says all that it depends on.</param>
    /// <param name="photos">The photos' files.</param>
    /// <param name="views">For each photo as many views as for any other.</param>
    /// <param name="trunk">Runs the trunk.</param>
    /// <param name="done">Told after each photo.</param>
    /// <param name="cancellation">Ends it; the work so far is lost.</param>
    public static FeatureFile Open(
        string path,
        IReadOnlyList<string> photos,
        IReadOnlyList<IReadOnlyList<PhotoView>> views,
        TrunkReader trunk,
        Action done,
        CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            var partial = path + ".partial";
            using (var output = File.Create(partial))
            {
                for (var i = 0; i < photos.Count; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Write(output, photos[i], views[i], trunk);
                    done();
                }
            }
            File.Move(partial, path, overwrite: true);
        }
        return new FeatureFile(Path.GetFileName(path), File.OpenHandle(path), trunk.Sources, views.Count > 0 ? views[0].Count : 0);
    }

    /// <summary>Reads the maps of some photos.</summary>
    /// <param name="chosen">Each photo's index, and that of its view.</param>
    /// <returns>For each source [N, C, h, w] float32, in the caller's dispose scope.</returns>
    public IReadOnlyList<Tensor> Read(IReadOnlyList<(int Photo, int View)> chosen)
    {
        using var scope = NewDisposeScope();
        Tensor[] maps =
        [
            .. Sources.Select(source => empty([chosen.Count, source.Channels, source.Height, source.Width], dtype: float16)),
        ];
        for (var i = 0; i < chosen.Count; i++)
        {
            var offset = (chosen[i].Photo * (long)_views + chosen[i].View) * BytesOfView;
            for (var source = 0; source < maps.Length; source++)
            {
                var length = _lengths[source] * BytesOfHalf;
                ReadExactly(maps[source].bytes.Slice(i * length, length), offset);
                offset += length;
            }
        }
        return [.. maps.Select(half => half.to(float32).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private static void Write(FileStream output, string photo, IReadOnlyList<PhotoView> views, TrunkReader trunk)
    {
        using var scope = NewDisposeScope();
        var maps = trunk.Read(photo, views).Select(source => source.to(float16).contiguous()).ToArray();
        for (var view = 0; view < views.Count; view++)
        {
            foreach (var source in maps)
                output.Write(source[view].bytes);
        }
    }

    private void ReadExactly(Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(_file, target, offset);
            if (read == 0)
                throw new EndOfStreamException("the file of features is too short; delete it to have it computed again");
            target = target[read..];
            offset += read;
        }
    }
}
