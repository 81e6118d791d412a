using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Server.Options;

/// <summary>Makes <see cref="ServerOptions"/> of what people wrote, and finds every fault in it.</summary>
internal sealed partial class ServerOptionsReader
{
    private const int MostImageBytes = 256 << 20;

    private static readonly Dictionary<string, Precision> Precisions = new(StringComparer.Ordinal)
    {
        ["fp32"] = Models.Networks.Precision.Fp32,
        ["bf16"] = Models.Networks.Precision.Bf16,
    };

    private static readonly Dictionary<string, ModelControl> Controls = new(StringComparer.Ordinal)
    {
        ["none"] = Options.ModelControl.None,
        ["poll"] = Options.ModelControl.Poll,
        ["explicit"] = Options.ModelControl.Explicit,
    };

    private readonly Func<Setting, string?> _written;
    private readonly List<string> _faults = [];

    private ServerOptionsReader(Func<Setting, string?> written) => _written = written;

    /// <param name="written">The text of a setting; null where it is not set.</param>
    /// <exception cref="InvalidOptionsException">At least one setting is wrong.</exception>
    public static ServerOptions Read(Func<Setting, string?> written)
    {
        var reader = new ServerOptionsReader(written);
        var options = reader.Read();
        reader.RefuseSharedPorts(options);
        reader.RefusePlaintext(options);
        return reader._faults.Count == 0 ? options : throw new InvalidOptionsException(reader._faults);
    }

    private ServerOptions Read() => new()
    {
        Listen = EndPoint(Settings.Listen),
        Http = EndPointOrOff(Settings.Http),
        HasPlayground = IsOn(Settings.Playground),
        Metrics = EndPointOrOff(Settings.Metrics),
        Access = Text(Settings.Access) == "off" ? null : Path.GetFullPath(Text(Settings.Access)),
        LogsCalls = IsOn(Settings.CallLog),
        Tls = Tls(),
        Connections = new ConnectionLimits(
            (int)Number(Settings.MaxConnections, 1, 1_000_000),
            (int)Number(Settings.MaxStreams, 1, 1_000_000),
            (int)Number(Settings.MaxHeaderBytes, 1024, 1 << 20),
            TimeSpan.FromSeconds(Number(Settings.HandshakeTimeout, 1, 600)),
            TimeSpan.FromSeconds(Number(Settings.KeepAlive, 1, 86_400))),
        Models = ModelFolder(),
        ModelControl = ModelControl(),
        ModelPoll = TimeSpan.FromSeconds(Number(Settings.ModelPoll, 1, 86_400)),
        Devices = Devices(),
        Instances = IsAuto(Settings.Instances) ? null : (int)Number(Settings.Instances, 1, BatchingManifest.MostInstances),
        Precision = Precision(),
        Threads = IsAuto(Settings.Threads) ? null : (int)Number(Settings.Threads, 1, 1024),
        Queue = new QueueOptions(
            (int)Number(Settings.QueueCapacity, 1, 1_000_000),
            IsAuto(Settings.MaxBatch) ? null : (int)Number(Settings.MaxBatch, 1, BatchingManifest.MostBatch),
            IsAuto(Settings.MaxDelay) ? null : TimeSpan.FromMilliseconds(Number(Settings.MaxDelay, 0, BatchingManifest.MostDelayMs)),
            Number(Settings.QueueSize, 1, 1 << 20) << 20,
            TargetWait()),
        Images = new ImageOptions(
            (int)Number(Settings.MaxImageBytes, 1, MostImageBytes),
            Number(Settings.MaxImagePixels, 64, 500_000_000),
            (int)Number(Settings.MaxImageSide, 8, 65_535),
            Number(Settings.MaxPixelsInFlight, 64, 100_000_000_000)),
        ActivationCacheBytes = Number(Settings.ActivationCache, 0, 1 << 20) << 20,
        DrainTimeout = TimeSpan.FromSeconds(Number(Settings.DrainTimeout, 0, 3600)),
    };

    private TlsOptions? Tls()
    {
        var (certificate, key, authorities) = (FileOrOff(Settings.TlsCertificate), FileOrOff(Settings.TlsKey), FileOrOff(Settings.ClientCa));
        if (certificate is not null && key is null)
            Fault(Settings.TlsKey, $"is not the file that {Settings.TlsCertificate.Option} needs: its private key");
        if (certificate is null && key is not null)
            Fault(Settings.TlsCertificate, $"is not the file that {Settings.TlsKey.Option} needs: its certificate");
        if (authorities is not null && certificate is null && key is null)
            Fault(Settings.ClientCa, $"is not of use without {Settings.TlsCertificate.Option} and {Settings.TlsKey.Option}");
        return certificate is null || key is null ? null : new TlsOptions(certificate, key, authorities);
    }

    private string? FileOrOff(Setting setting)
    {
        if (Text(setting) is { Length: > 0 } text)
            return text == "off" ? null : Path.GetFullPath(text);
        Fault(setting, "is not a file");
        return null;
    }

    /// <summary>What other machines can reach is served by TLS, unless somebody has said that it need not be.</summary>
    private void RefusePlaintext(ServerOptions options)
    {
        if (Text(Settings.Plaintext) is not (Settings.Loopback or Settings.Anywhere))
            Fault(Settings.Plaintext, $"is not {Settings.Loopback} or {Settings.Anywhere}");
        if (Text(Settings.Plaintext) != Settings.Loopback || Text(Settings.TlsCertificate) != "off" || Text(Settings.TlsKey) != "off")
            return;
        foreach (var (setting, endPoint) in options.Addresses)
        {
            if (!IPAddress.IsLoopback(endPoint.Address))
            {
                Fault(setting, $"can be reached from elsewhere, and there is no TLS: give {Settings.TlsCertificate.Option} and {Settings.TlsKey.Option}, "
                    + $"or {Settings.Plaintext.Option} {Settings.Anywhere} where something in front of the server does TLS");
            }
        }
    }

    /// <summary>Connections are told apart by the port that they came to: on whichever address, it is one listener's.</summary>
    private void RefuseSharedPorts(ServerOptions options)
    {
        foreach (var shared in options.Addresses.Where(address => address.EndPoint.Port != 0).GroupBy(address => address.EndPoint.Port))
        {
            foreach (var (setting, _) in shared.Skip(1))
                Fault(setting, $"has the port of {shared.First().Setting.Option}: each needs one of its own");
        }
    }

    private TimeSpan? TargetWait() => Text(Settings.TargetWait) switch
    {
        "off" => TimeSpan.MaxValue,
        "auto" => null,
        _ => TimeSpan.FromMilliseconds(Number(Settings.TargetWait, 1, 600_000)),
    };

    private bool IsAuto(Setting setting) => Text(setting) == "auto";

    private string Text(Setting setting) => _written(setting) ?? setting.Default;

    private bool IsOn(Setting setting)
    {
        if (Text(setting) is not ("on" or "off"))
            Fault(setting, "is neither on nor off");
        return Text(setting) == "on";
    }

    private IPEndPoint? EndPointOrOff(Setting setting) => Text(setting) == "off" ? null : EndPoint(setting);

    private IPEndPoint EndPoint(Setting setting)
    {
        var text = Text(setting).Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase);
        if (AddressAndPort().IsMatch(text) && IPEndPoint.TryParse(text, out var endPoint))
            return endPoint;
        Fault(setting, "is not an address and a port, such as 127.0.0.1:50051 or [::]:50051");
        return new IPEndPoint(IPAddress.Loopback, 0);
    }

    private long Number(Setting setting, long least, long most)
    {
        if (long.TryParse(Text(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Fault(setting, $"is not a whole number from {least} to {most}");
        return least;
    }

    private string ModelFolder()
    {
        var text = Text(Settings.Models);
        var folder = text == Settings.Models.Default ? Path.Combine(AppContext.BaseDirectory, "models", text) : Path.GetFullPath(text);
        if (!Directory.Exists(folder))
            Fault(Settings.Models, "is not a folder");
        return folder;
    }

    private ModelControl ModelControl()
    {
        if (!Controls.TryGetValue(Text(Settings.ModelControl), out var control))
            Fault(Settings.ModelControl, $"is not one of {string.Join(", ", Controls.Keys)}");
        else if (control is not Options.ModelControl.None && Text(Settings.Models) == Settings.Models.Default)
            Fault(Settings.ModelControl, "needs a folder at --models: the embedded model is a part of the program");
        return control;
    }

    private IReadOnlyList<DeviceName> Devices()
    {
        DeviceName?[] names = [.. Text(Settings.Device).Split(',').Select(DeviceName.Parse)];
        if (names.Contains(null))
            Fault(Settings.Device, "is not cpu, cuda, cuda: and a number, or several with a comma between them");
        else if (names.Distinct().Count() < names.Length)
            Fault(Settings.Device, $"is not a list of different devices: {Settings.Instances.Option} says how many networks run on each");
        else if (names.Length > 1 && names.Any(name => name!.IsCpu))
            Fault(Settings.Device, "is not of one kind: CUDA's devices would wait for the CPU");
        return [.. names.OfType<DeviceName>()];
    }

    private Precision Precision()
    {
        if (!Precisions.TryGetValue(Text(Settings.Precision), out var precision))
            Fault(Settings.Precision, $"is not one of {string.Join(", ", Precisions.Keys)}");
        else if (PrecisionSupport.ObjectionTo(precision, isCpu: Text(Settings.Device) == DeviceName.Cpu.ToString()) is { } objection)
            Fault(Settings.Precision, objection);
        return precision;
    }

    private void Fault(Setting setting, string fault) => _faults.Add($"{setting.Option}: '{Text(setting)}' {fault}");

    /// <summary>An IPv6 address is in brackets: without them its end would pass for a port.</summary>
    [GeneratedRegex(@"^(\[[^\]]+\]|[^:\[\]]+):[0-9]{1,5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AddressAndPort();
}
