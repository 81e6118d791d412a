using System.Collections;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using GradCamGrpc.Batching;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Access;
using GradCamGrpc.Server.Comparison;
using GradCamGrpc.Server.Draining;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Http;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Playground;
using GradCamGrpc.Server.Reloading;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Services;
using GradCamGrpc.Server.Streaming;
using GradCamGrpc.Server.Telemetry;
using GradCamGrpc.Server.Tls;
using GradCamGrpc.Server.Video;
using GradCamGrpc.Tensors.Native;
using Grpc.HealthCheck;
using Grpc.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GradCamGrpc.Server.Hosting;

/// <summary>The whole server, to be run by a program, a command or a test.</summary>
public sealed class GradCamServer : IAsyncDisposable
{
    /// <summary>Room in a message beside its photo.</summary>
    private const int MessageOverhead = 1 << 20;

    /// <summary>Bytes of a message at most where it brings no photo: health is asked for without a key.</summary>
    private const int MaxSmallMessage = 64 << 10;

    /// <summary>How long connections stay after the last answer.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(250);

    private const string MetricsPath = "/metrics";

    private readonly WebApplication _app;
    private readonly ServerState _state;
    private readonly Drain _drain;

    /// <summary>Kept once all are there, since each request asks; null before.</summary>
    private IReadOnlyList<Uri>? _addresses;

    private GradCamServer(WebApplication app, ServerOptions options)
    {
        _app = app;
        _state = app.Services.GetRequiredService<ServerState>();
        _drain = app.Services.GetRequiredService<Drain>();
        Options = options;
    }

    /// <summary>The options it runs with.</summary>
    public ServerOptions Options { get; }

    /// <summary>Where gRPC is served, with the port that was really taken; known once started.</summary>
    public Uri Address => Addresses[0];

    /// <summary>Where JSON over HTTP/1.1 is served; null for nowhere.</summary>
    public Uri? HttpAddress => Options.Http is null ? null : Addresses[1];

    /// <summary>Where the page is served; null for nowhere.</summary>
    public Uri? PageAddress => Options.HasPlayground ? HttpAddress : null;

    /// <summary>Where metrics are served; null for nowhere.</summary>
    public Uri? MetricsAddress => Options.Metrics is null ? null : new(Addresses[^1], MetricsPath);

    /// <summary>Whether the server ended because a model could not be loaded.</summary>
    public bool HasFailed => _state.HasFailed;

    /// <summary>Whether the time to answer accepted calls was up before all were answered.</summary>
    public bool HasCutCalls => _drain.HasCut;

    private IReadOnlyList<Uri> Addresses => _addresses ?? ReadAddresses();

    /// <summary>Builds a server; nothing listens yet, and no model is loaded.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="configureLogging">Changes where its log goes; null for the console.</param>
    /// <param name="drainClock">Measures how long it drains; null for the system's clock.</param>
    /// <exception cref="InvalidModelException">A model folder cannot be served.</exception>
    /// <exception cref="InvalidOptionsException">The file that says who may call does not, the files of TLS are of no use, or a device is not here.</exception>
    /// <exception cref="LibTorchException">The native library does not load.</exception>
    public static GradCamServer Build(ServerOptions options, Action<ILoggingBuilder>? configureLogging = null, TimeProvider? drainClock = null)
    {
        var identity = options.Tls is { } tls ? TlsIdentityReader.Read(tls, TlsFiles.Read(tls), TimeProvider.System.GetUtcNow()) : null;
        LibTorch.Prepare(options.Devices, options.ThreadsIn(Environment.ProcessorCount));

        // Where models may change, one that cannot be served keeps nobody from the others.
        var folders = options.ModelControl is ModelControl.None ? ModelRepository.Read(options.Models) : [];

        // Its own options say how it runs. The framework's builders would take more listeners from an appsettings.json, in whatever folder the server
        // is started, and from variables of the environment; and watch all of that folder.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(Listeners.Tune);
        ConfigureLogging(builder.Logging);
        configureLogging?.Invoke(builder.Logging);
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateScopes = true);
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.AddTo(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(provider => new Drain(
            options.DrainTimeout, drainClock ?? TimeProvider.System, provider.GetRequiredService<ILogger<Drain>>()));
        builder.Configuration.AddInMemoryCollection(CollectorVariables());
        AddTelemetry(builder.Services, options);
        if (identity is not null)
            AddTls(builder.Services, options.Tls!, identity);
        AddInference(builder.Services, options, folders);
        if (options.Access is not null)
            AddAccess(builder.Services, options.Access);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.Images.MaxBytes + MessageOverhead;
            grpc.MaxSendMessageSize = null;
            if (options.LogsCalls)
                grpc.Interceptors.Add<CallBytesInterceptor>();
            grpc.Interceptors.Add<JsonCallInterceptor>();
            grpc.Interceptors.Add<StatusInterceptor>();
            if (options.Access is not null)
                grpc.Interceptors.Add<AccessInterceptor>();
            grpc.Interceptors.Add<DrainInterceptor>();
        })
            .AddServiceOptions<HealthServiceImpl>(grpc => grpc.MaxReceiveMessageSize = MaxSmallMessage)
            .AddServiceOptions<ReflectionServiceImpl>(grpc => grpc.MaxReceiveMessageSize = MaxSmallMessage)
            .AddServiceOptions<ReflectionV1ServiceImpl>(grpc => grpc.MaxReceiveMessageSize = MaxSmallMessage)
            .AddServiceOptions<ModelGrpcService>(grpc => grpc.MaxReceiveMessageSize = MaxSmallMessage)
            .AddJsonTranscoding(json =>
        {
            json.TypeRegistry = JsonStatus.Details;

            // As proto3's JSON has them: JavaScript's numbers have 53 bits.
            json.JsonSettings.WriteInt64sAsStrings = true;
        });
        builder.Services.AddGrpcReflection();

        var app = builder.Build();
        var server = new GradCamServer(app, options);
        app.Use(CallStatus.MeasureAsync);
        if (options.LogsCalls)
            app.Use(ActivatorUtilities.CreateInstance<CallLog>(app.Services).WriteAsync);
        app.Use(UnreadableMessages.AnswerAsync);
        app.Use(server.KeepListenersApart);
        app.UseWhen(context => !server.IsScrape(context), calls => calls.Use(new DrainFront(server._drain).AnswerAsync));
        if (options.Access is not null)
            app.Use(app.Services.GetRequiredService<AccessGate>().PassAsync);
        app.UseWhen(context => !server.IsHttp(context) && GrpcContent.IsOf(context.Request), calls => calls.Use(QueueFront.AnswerAsync));
        app.UseWhen(server.IsHttp, http => http.Use(new JsonFront(options.Images.MaxBytes, MessageOverhead).AnswerAsync));
        app.MapGrpcService<CaptioningGrpcService>();
        app.MapGrpcService<ClassificationGrpcService>();
        app.MapGrpcService<ComparisonGrpcService>();
        app.MapGrpcService<EvidenceGrpcService>();
        app.MapGrpcService<ModelGrpcService>();
        app.MapGrpcService<MultiTaskGrpcService>();
        app.MapGrpcService<VideoGrpcService>();
        app.MapGrpcService<VqaGrpcService>();
        app.MapGrpcService<HealthServiceImpl>();
        app.MapGrpcReflectionService();
        app.MapHealthPaths();
        app.MapOpenApi();
        if (options.HasPlayground)
            app.MapPlayground();
        if (options.Metrics is not null)
            app.UseOpenTelemetryPrometheusScrapingEndpoint(server.IsScrape);
        return server;
    }

    /// <summary>Starts to listen, and to load the models.</summary>
    /// <exception cref="InvalidOptionsException">An address is taken, or is not this machine's.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _app.StartAsync();
            _addresses = ReadAddresses();
        }
        catch (Exception fault) when (fault is IOException or SocketException && ListenFaults.Find(Options) is { Count: > 0 } faults)
        {
            throw new InvalidOptionsException(faults, fault);
        }
        var log = _app.Services.GetRequiredService<ILogger<GradCamServer>>();
        log.Serving(Address);
        if (!ImageDecoder.HasTurboJpeg)
            log.NoTurboJpeg();
        if (NativeTuning.LacksTcMalloc)
            log.NoTcMalloc();
        if (OneDnn.Caches is OneDnnCaches.Guessed)
            log.CachesGuessed();
        else if (OneDnn.Caches is OneDnnCaches.Unused)
            log.CachesUnused();
    }

    /// <summary>Ends when the models are loaded; faults with why one cannot be.</summary>
    public Task WhenReady => _state.WhenReady;

    /// <summary>Ends when the server was asked to stop and has answered what it had accepted.</summary>
    public async Task WaitForShutdownAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (_app.Lifetime.ApplicationStopping.Register(asked.SetResult))
            await asked.Task;
        await StopAsync();
    }

    /// <summary>Takes no new calls, answers the accepted ones, and ends. What takes longer than the drain's timeout is cut off.</summary>
    public async Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        _drain.Begin();

        // A connection that closes at once takes the status with it of a stream whose client had not ended its side (seen with .NET's).
        await _drain.Answered;
        if (_drain.HasAnswered)
            await Task.Delay(Linger);
        await _app.StopAsync(_drain.CutOff);
        _drain.End();
    }

    /// <summary>Unloads the models. Stop the server first: what it has accepted is answered then.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IReadOnlyList<Uri> ReadAddresses() =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    private bool IsHttp(HttpContext context) => context.Connection.LocalPort == HttpAddress?.Port;

    private bool IsScrape(HttpContext context) => context.Request.Path == MetricsPath && IsMetrics(context);

    private bool IsMetrics(HttpContext context) => context.Connection.LocalPort == MetricsAddress?.Port;

    /// <summary>Each listener serves its own: who may read metrics may not call, and what is off is off everywhere.</summary>
    private Task KeepListenersApart(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.LocalPort == Address.Port ? GrpcContent.IsOf(context.Request) : IsHttp(context) || IsScrape(context) || (IsMetrics(context) && HealthPaths.Has(context.Request.Path)))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>A line an event; of the framework only what is wrong.</summary>
    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Critical);

        // It would log a failure to start with its stack trace; whoever starts the server is told in a line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }

    /// <summary>The standard variables that say whereto telemetry goes, and how: the exporter looks for them in the host's configuration.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> CollectorVariables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))
        .Where(variable => variable.Key.StartsWith("OTEL_", StringComparison.Ordinal));

    private static void AddTelemetry(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<ServerMetrics>();
        // What the environment names comes last, so that it holds.
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear().AddService("gradcam").AddTelemetrySdk().AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(ServerMetrics.Name).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation();
                if (options.Metrics is not null)
                    metrics.AddPrometheusExporter();
            });

        // Meters are found by their names, in the whole process. A server shows its own alone, though others live beside it.
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            var own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => instrument.Meter.Scope is IMeterFactory other && other != own ? MetricStreamConfiguration.Drop : null);
        });

        // The standard variable says whether there is a collector; without it, the exporter would knock at a default address for ever.
        // Spans are for a collector alone, and each costs a call some time.
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 })
        {
            telemetry.WithTracing(tracing => tracing.AddSource(ServerMetrics.Name).AddAspNetCoreInstrumentation());
            OpenTelemetry.OpenTelemetryBuilderOtlpExporterExtensions.UseOtlpExporter(telemetry);
        }
    }

    private static void AddAccess(IServiceCollection services, string file)
    {
        AccessList list;
        try
        {
            list = AccessFileReader.Read(file, TimeProvider.System);
        }
        catch (InvalidAccessFileException invalid)
        {
            throw new InvalidOptionsException([.. invalid.Faults.Select(fault => $"{Settings.Access.Option}: '{file}': {fault}")], invalid);
        }
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AccessControl>(provider, file, list));
        services.AddHostedService(provider => provider.GetRequiredService<AccessControl>());
        services.AddSingleton<AccessGate>();
    }

    private static void AddTls(IServiceCollection services, TlsOptions options, TlsIdentity identity)
    {
        services.AddSingleton(provider =>
        {
            var rotation = ActivatorUtilities.CreateInstance<TlsRotation>(provider, options, identity);
            provider.GetRequiredService<ServerMetrics>().WatchCertificate(() => rotation.Current.Expiry);
            return rotation;
        });
        services.AddHostedService(provider => provider.GetRequiredService<TlsRotation>());
    }

    private static void AddInference(IServiceCollection services, ServerOptions options, IReadOnlyList<ModelFolder> folders)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServerState>();
        services.AddSingleton(provider =>
        {
            var cache = new ActivationCache(options.ActivationCacheBytes);
            provider.GetRequiredService<ServerMetrics>().WatchActivations(() => cache.Bytes);
            return cache;
        });
        AddModels(services, options, folders);
        AddCalls(services);
        services.AddSingleton<ReadingThreads>();
        services.AddSingleton<DrawingThreads>();
        services.AddSingleton<PhotoReader>();
        services.AddSingleton<ResponseWriter>();
        services.AddSingleton<LabelImageWriter>();
        services.AddSingleton<ComparisonWriter>();
        services.AddSingleton<CaptionWriter>();
        services.AddSingleton<VqaWriter>();
        services.AddSingleton<ModelComparer>();
        services.AddSingleton<SanityChecks>();
    }

    private static void AddModels(IServiceCollection services, ServerOptions options, IReadOnlyList<ModelFolder> folders)
    {
        static ModelInstance Create(IServiceProvider provider, ModelFolder folder, BatchSettings batches) =>
            ActivatorUtilities.CreateInstance<ModelInstance>(provider, folder, batches);

        services.AddSingleton(provider =>
        {
            var models = folders.Select(folder => Create(provider, folder, options.Queue.BatchesOf(folder.Manifest.Batching)));
            var catalog = ActivatorUtilities.CreateInstance<ModelCatalog>(provider, models);
            provider.GetRequiredService<ServerMetrics>().WatchModels(catalog.Figures);
            return catalog;
        });
        services.AddSingleton(provider =>
        {
            var changes = ActivatorUtilities.CreateInstance<ModelChanges>(
                provider, (ModelFolder folder, BatchSettings batches) => Create(provider, folder, batches));
            provider.GetRequiredService<ServerMetrics>().WatchFolders(() => changes.Refused.Count);
            return changes;
        });
        services.AddSingleton<HealthServiceImpl, DrainableHealth>();
        services.AddSingleton<ServingHealth>();
        services.AddSingleton<RepositoryFollower>();
        services.AddSingleton<ModelControlReader>();
        services.AddHostedService<ModelLoader>();
    }

    /// <summary>What each call has of its own, since it holds the models that it names.</summary>
    private static void AddCalls(IServiceCollection services)
    {
        services.AddScoped<CallModels>();
        services.AddScoped<RequestReader>();
        services.AddScoped<ComparisonReader>();
        services.AddScoped<CaptionReader>();
        services.AddScoped<VqaReader>();
        services.AddScoped<MultiTaskReader>();
        services.AddScoped<VideoReader>();
        services.AddScoped<ClassExplainer>();
        services.AddScoped<MultiTaskExplainer>();
        services.AddScoped(provider => new ExplainStream(
            provider.GetRequiredService<ClassExplainer>().ExplainAsync,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ExplainStream>>()));
        services.AddScoped(provider => new VideoStream(
            provider.GetRequiredService<VideoReader>().Read,
            provider.GetRequiredService<PhotoReader>().Measure,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<VideoStream>>()));
    }
}
