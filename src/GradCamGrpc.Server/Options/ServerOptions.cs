using System.Net;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Server.Options;

/// <summary>Everything that can be set on the server, checked and in use.</summary>
public sealed record ServerOptions
{
    /// <summary>Each instance has weights and buffers of its own.</summary>
    private const int MostChosenInstances = 8;

    private const int InstancesOnCuda = 2;

    /// <summary>What holds when nothing is set.</summary>
    public static ServerOptions Default => ServerOptionsReader.Read(_ => null);

    /// <summary>What the environment's variables say, and else the defaults, for what runs models without serving others.</summary>
    /// <param name="models">The models; null for what the environment says.</param>
    /// <returns>Options that listen on a free port of this machine's own, for gRPC alone.</returns>
    /// <exception cref="InvalidOptionsException">At least one variable is wrong.</exception>
    public static ServerOptions FromEnvironment(string? models)
    {
        var options = ServerOptionsReader.Read(setting => setting switch
        {
            _ when setting == Settings.Models && models is not null => models,
            _ when Settings.Serving.Contains(setting) => null,
            _ => Environment.GetEnvironmentVariable(setting.Variable),
        });
        return options with { Listen = new IPEndPoint(IPAddress.Loopback, 0), Http = null, Metrics = null };
    }

    /// <summary>What the environment's variables say of where and how others are served, and of all else the defaults; plaintext is no fault.</summary>
    /// <exception cref="InvalidOptionsException">At least one of these variables is wrong.</exception>
    public static ServerOptions Serving() => ServerOptionsReader.Read(setting =>
        setting == Settings.Plaintext ? Settings.Anywhere
        : Settings.Serving.Contains(setting) ? Environment.GetEnvironmentVariable(setting.Variable) : null);

    /// <summary>Where gRPC is served; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where the same calls are served as JSON over HTTP/1.1; port 0 takes a free one, null is nowhere.</summary>
    public required IPEndPoint? Http { get; init; }

    /// <summary>Whether <see cref="Http"/> serves a page at <c>/</c>, on which anybody can look.</summary>
    public required bool HasPlayground { get; init; }

    /// <summary>Where Prometheus reads metrics, over HTTP/1.1 at <c>/metrics</c>; null for nowhere.</summary>
    public required IPEndPoint? Metrics { get; init; }

    /// <summary>The file that says who may call; null for everybody.</summary>
    public required string? Access { get; init; }

    /// <summary>Whether each call is logged when it has ended.</summary>
    public required bool LogsCalls { get; init; }

    /// <summary>What TLS is made of, for every address; null for none.</summary>
    public required TlsOptions? Tls { get; init; }

    /// <summary>Limits of connections.</summary>
    public required ConnectionLimits Connections { get; init; }

    /// <summary>A model folder, or a folder of model folders.</summary>
    public required string Models { get; init; }

    /// <summary>Who may change the models of the running server.</summary>
    public required ModelControl ModelControl { get; init; }

    /// <summary>How long after a look at the folders the next one is taken, where they are polled.</summary>
    public required TimeSpan ModelPoll { get; init; }

    /// <summary>Where the networks run, one or more.</summary>
    public required IReadOnlyList<DeviceName> Devices { get; init; }

    /// <summary>How many networks of a model run on each device at a time, 1 or more; null for what its manifest says, or to choose.</summary>
    public required int? Instances { get; init; }

    /// <summary>What the networks' folded convolutions compute in.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Threads within one tensor operation; null for as many as keep each core busy once.</summary>
    public required int? Threads { get; init; }

    /// <summary>Limits of the queue in front of each model.</summary>
    public required QueueOptions Queue { get; init; }

    /// <summary>Limits of a photo.</summary>
    public required ImageOptions Images { get; init; }

    /// <summary>Bytes of activations that are kept, of all models together; 0 for none.</summary>
    public required long ActivationCacheBytes { get; init; }

    /// <summary>How long accepted calls may take once the server is asked to stop.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>Where each network of a model runs: on all devices before there is a second one on any.</summary>
    /// <param name="manifest">What the model's manifest says; null where it says nothing.</param>
    internal IEnumerable<DeviceName> NetworkDevicesOf(BatchingManifest? manifest) =>
        Enumerable.Repeat(Devices, Instances ?? manifest?.Instances ?? InstancesIn(Environment.ProcessorCount)).SelectMany(devices => devices);

    /// <summary>How many networks of a model run on each device at a time where its manifest does not say.</summary>
    /// <remarks>
    /// On the CPU one core a network answers more than all cores one after the other: within a batch threads wait for each other at every
    /// layer, and for whichever of them a photo's decoding has put off its core. Where there are more cores than networks each has as many,
    /// and a photo alone is answered sooner. On CUDA one network gathers inputs and reads maps while the other computes.
    /// </remarks>
    /// <param name="cores">The machine's cores.</param>
    internal int InstancesIn(int cores) => Instances ?? (Devices[0].IsCpu ? cores / CoresOfANetwork(cores) : InstancesOnCuda);

    /// <summary>Threads within one tensor operation of a network; null for libtorch's own choice.</summary>
    /// <remarks>
    /// On the CPU libtorch would choose all cores of the machine, whatever a container's limit is. It has one number for all models, so that
    /// manifests have no part in it.
    /// </remarks>
    /// <param name="cores">The machine's cores, or those of the container's limit.</param>
    internal int? ThreadsIn(int cores) => Threads ?? (Devices[0].IsCpu ? Math.Max(1, cores / InstancesIn(cores)) : null);

    private static int CoresOfANetwork(int cores) => (cores + MostChosenInstances - 1) / MostChosenInstances;

    /// <summary>All addresses that are served, each with the setting that names it.</summary>
    internal IEnumerable<(Setting Setting, IPEndPoint EndPoint)> Addresses =>
        from address in new (Setting Setting, IPEndPoint? EndPoint)[] { (Settings.Listen, Listen), (Settings.Http, Http), (Settings.Metrics, Metrics) }
        where address.EndPoint is not null
        select (address.Setting, address.EndPoint);
}
