namespace GradCamGrpc.Server.Options;

/// <summary>All settings of the server.</summary>
internal static class Settings
{
    /// <summary>Where plaintext may be served: on this machine alone, or to whoever comes.</summary>
    public const string Loopback = "loopback", Anywhere = "anywhere";

    public static readonly Setting Listen = new("listen", "127.0.0.1:50051", "address and port of gRPC; port 0 takes a free one");
    public static readonly Setting Http = new("http", "127.0.0.1:8000", "address and port of the same calls as JSON over HTTP/1.1; port 0 takes a free one, 'off' serves none");
    public static readonly Setting Playground = new("playground", "on", "whether the address of JSON serves a page at / on which anybody can look: on or off");
    public static readonly Setting Metrics = new("metrics", "127.0.0.1:9464", "address and port of Prometheus metrics at /metrics, or 'off'");
    public static readonly Setting Access = new("access", "off", "a JSON file that says who may call, by API keys and tokens, and how much; 'off' lets everybody in who reaches an address");
    public static readonly Setting CallLog = new("call-log", "off", "whether each call is logged when it has ended: who, what, model, status, time, bytes and trace, and nothing of photos and answers; on or off");
    public static readonly Setting TlsCertificate = new("tls-certificate", "off", "PEM file of the server's certificate and those behind it: every address is served by TLS then; 'off' for none");
    public static readonly Setting TlsKey = new("tls-key", "off", "PEM file of the certificate's private key");
    public static readonly Setting ClientCa = new("client-ca", "off", "PEM file of whoever signs clients' certificates: gRPC and JSON are for clients that have one then (mutual TLS); 'off' asks for none");
    public static readonly Setting Plaintext = new("plaintext", Loopback, "which addresses may be served without TLS: 'loopback', or 'anywhere' for where something in front of the server does it");
    public static readonly Setting Models = new("models", "embedded", "a model folder, a folder of model folders, or 'embedded'");
    public static readonly Setting ModelControl = new("model-control", "none", "who may change the models while the server runs: none, poll to follow what happens to the folders, or explicit for the calls LoadModel and UnloadModel");
    public static readonly Setting ModelPoll = new("model-poll", "15", "seconds between two looks at the folders, for --model-control poll; what two looks see alike is loaded");
    public static readonly Setting Device = new("device", "cpu", "where the networks run: cpu, cuda, cuda:1, or several of CUDA's with a comma between them, which share each model's queue");
    public static readonly Setting Instances = new("instances", "auto", "networks of each model that run on each device at a time, all behind the model's one queue; 'auto' for what the model's manifest says, and else one a core, 8 at most, on the CPU, and 2 on CUDA, by which more is answered under load");
    public static readonly Setting Precision = new("precision", "fp32", "fp32, or bf16 for a faster network of fewer digits, by which classes hardly change and captions can, where the CPU has instructions for it");
    public static readonly Setting Threads = new("threads", "auto", "threads within one tensor operation, or 'auto' for one a core, divided among the instances");
    public static readonly Setting QueueCapacity = new("queue-capacity", "256", "requests that may wait for a model; one more is refused");
    public static readonly Setting QueueSize = new("queue-size", "256", "MiB of inputs that may wait for a model; what exceeds them is refused");
    public static readonly Setting TargetWait = new("target-wait", "auto", "milliseconds to which the queue is cut down, by refusals, once requests have to wait four times as long and do so for a while; 'auto' for 1.25 runs of a full batch, or 'off'");
    public static readonly Setting MaxBatch = new("max-batch", "auto", "requests that run together at most; 'auto' for what the model's manifest says, and else the fewest by which a photo takes hardly longer than by 16 (64 on CUDA), as measured at the start");
    public static readonly Setting MaxDelay = new("max-delay", "auto", "milliseconds an idle model waits for a fuller batch; 'auto' for what the model's manifest says, and else a tenth of what a photo takes where company is nearly free, and else none");
    public static readonly Setting MaxImageBytes = new("max-image-bytes", "16777216", "bytes of a photo at most");
    public static readonly Setting MaxImagePixels = new("max-image-pixels", "50000000", "pixels of a photo at most");
    public static readonly Setting MaxImageSide = new("max-image-side", "16384", "pixels of a photo's longer side at most");
    public static readonly Setting MaxPixelsInFlight = new("max-pixels-in-flight", "400000000", "pixels of all photos being answered at most, 4 bytes each");
    public static readonly Setting ActivationCache = new("activation-cache", "64", "MiB of activations kept, for photos that are asked about again; 0 for none");
    public static readonly Setting MaxConnections = new("max-connections", "1000", "connections of each address at most; one more is closed at once");
    public static readonly Setting MaxStreams = new("max-streams", "1000", "calls that one connection may have open at most; one more waits at the client");
    public static readonly Setting MaxHeaderBytes = new("max-header-bytes", "32768", "bytes of a call's headers at most, metadata included");
    public static readonly Setting HandshakeTimeout = new("handshake-timeout", "10", "seconds in which a connection must have begun to speak: TLS, and HTTP/2");
    public static readonly Setting KeepAlive = new("keep-alive", "30", "seconds of a client's silence after which it is asked whether it is there; it has 20 to answer");
    public static readonly Setting DrainTimeout = new("drain-timeout", "30", "seconds that accepted calls get once the server is asked to stop");

    public static IReadOnlyList<Setting> All { get; } =
    [
        Listen, Http, Playground, Metrics, TlsCertificate, TlsKey, ClientCa, Plaintext, Access, CallLog, Models, ModelControl, ModelPoll, Device,
        Instances, Precision, Threads, QueueCapacity, QueueSize, TargetWait, MaxBatch, MaxDelay, MaxImageBytes, MaxImagePixels, MaxImageSide, MaxPixelsInFlight,
        ActivationCache, MaxConnections, MaxStreams, MaxHeaderBytes, HandshakeTimeout, KeepAlive, DrainTimeout,
    ];

    /// <summary>Those that say where and how others are served.</summary>
    public static IReadOnlyList<Setting> Serving { get; } = [Listen, Http, Playground, Metrics, TlsCertificate, TlsKey, ClientCa, Plaintext, Access, CallLog];
}
