using System.Net;
using GradCamGrpc.Batching;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Server.Tests;

public sealed class ServerOptionsReaderTests
{
    [Fact]
    public void Read_NothingIsSet_HoldsTheDefaults()
    {
        var options = ServerOptionsReader.Read(_ => null);

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 50051), options.Listen);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8000), options.Http);
        Assert.True(options.HasPlayground);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9464), options.Metrics);
        Assert.Null(options.Tls);
        Assert.Equal(new ConnectionLimits(1000, 1000, 32_768, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)), options.Connections);
        Assert.Equal([DeviceName.Cpu], options.Devices);
        Assert.Null(options.Instances);
        Assert.Equal(Precision.Fp32, options.Precision);
        Assert.Null(options.Threads);
        Assert.Equal(64 << 20, options.ActivationCacheBytes);
        Assert.Equal(TimeSpan.FromSeconds(30), options.DrainTimeout);
        Assert.True(File.Exists(Path.Combine(options.Models, "model.json")));
    }

    [Fact]
    public void Read_EverythingIsSet_HoldsIt()
    {
        var options = Read(
            ("listen", "[::1]:1"), ("http", "off"), ("playground", "off"), ("metrics", "off"), ("models", Path.GetTempPath()), ("device", "cuda:1,cuda"), ("instances", "2"), ("precision", "bf16"), ("threads", "3"),
            ("queue-capacity", "7"), ("max-batch", "5"), ("max-delay", "9"), ("max-image-bytes", "100"), ("max-image-pixels", "64"),
            ("max-image-side", "8"), ("max-pixels-in-flight", "99"), ("drain-timeout", "0"), ("activation-cache", "3"),
            ("queue-size", "2"), ("target-wait", "40"), ("tls-certificate", "/a.crt"), ("tls-key", "/a.key"), ("client-ca", "/ca.crt"), ("plaintext", "anywhere"),
            ("max-connections", "11"), ("max-streams", "12"), ("max-header-bytes", "2048"), ("handshake-timeout", "13"), ("keep-alive", "14"));

        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 1), options.Listen);
        Assert.Null(options.Http);
        Assert.False(options.HasPlayground);
        Assert.Null(options.Metrics);
        Assert.Equal(new TlsOptions("/a.crt", "/a.key", "/ca.crt"), options.Tls);
        Assert.Equal(new ConnectionLimits(11, 12, 2048, TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(14)), options.Connections);
        Assert.Equal(["cuda:1", "cuda:0", "cuda:1", "cuda:0"], options.NetworkDevicesOf(null).Select(device => device.ToString()));
        Assert.Equal(Precision.Bf16, options.Precision);
        Assert.Equal(3, options.Threads);
        Assert.Equal(new QueueOptions(7, 5, TimeSpan.FromMilliseconds(9), 2 << 20, TimeSpan.FromMilliseconds(40)), options.Queue);
        Assert.Equal(new ImageOptions(100, 64, 8, 99), options.Images);
        Assert.Equal(3 << 20, options.ActivationCacheBytes);
        Assert.Equal(TimeSpan.Zero, options.DrainTimeout);
    }

    [Fact]
    public void Read_TargetWait_IsChosenUnlessItIsSwitchedOff()
    {
        Assert.Null(Read().Queue.TargetWait);
        Assert.Equal(TimeSpan.MaxValue, Read(("target-wait", "off")).Queue.TargetWait);
        Assert.Null(Read(("target-wait", "auto")).Queue.TargetWait);
    }

    [Fact]
    public void Read_Batches_AreChosenUnlessTheyAreSet()
    {
        var auto = Read(("max-batch", "auto"), ("max-delay", "auto")).Queue;

        Assert.Equal(((int?)null, (TimeSpan?)null), (auto.MaxBatch, auto.MaxDelay));
        Assert.Equal(auto, Read().Queue);
        Assert.Equal((1, TimeSpan.Zero), Read(("max-batch", "1"), ("max-delay", "0")).Queue is { MaxBatch: { } size, MaxDelay: { } delay } ? (size, delay) : default);
    }

    [Fact]
    public void BatchesOf_ManifestSaysSomething_HoldsWhereTheOptionIsAuto()
    {
        var manifest = new BatchingManifest { MaxBatch = 8, MaxDelayMs = 2 };

        Assert.Equal(new BatchSettings(8, TimeSpan.FromMilliseconds(2)), Read().Queue.BatchesOf(manifest));
        Assert.Equal(new BatchSettings(5, TimeSpan.FromMilliseconds(2)), Read(("max-batch", "5")).Queue.BatchesOf(manifest));
        Assert.Equal(new BatchSettings(8, TimeSpan.Zero), Read(("max-delay", "0")).Queue.BatchesOf(manifest));
        Assert.Equal(new BatchSettings(8, null), Read().Queue.BatchesOf(manifest with { MaxDelayMs = null }));
        Assert.Equal(new BatchSettings(null, TimeSpan.Zero), Read().Queue.BatchesOf(new BatchingManifest { MaxDelayMs = 0 }));
        Assert.Equal(new BatchSettings(null, null), Read().Queue.BatchesOf(null));
        Assert.Equal(new BatchSettings(5, TimeSpan.FromMilliseconds(9)), Read(("max-batch", "5"), ("max-delay", "9")).Queue.BatchesOf(null));
    }

    [Fact]
    public void BatchesOf_NothingIsToBeMeasured_HasTheBatchForThatWhereNeitherOptionNorManifestSaysOne()
    {
        var manifest = new BatchingManifest { MaxBatch = 8, MaxDelayMs = 2 };
        QueueOptions Unmeasured(params (string, string)[] options) => Read(options).Queue with { UnmeasuredBatch = 4 };

        Assert.Equal(new BatchSettings(4, TimeSpan.Zero), Unmeasured().BatchesOf(null));
        Assert.Equal(new BatchSettings(8, TimeSpan.FromMilliseconds(2)), Unmeasured().BatchesOf(manifest));
        Assert.Equal(new BatchSettings(8, TimeSpan.Zero), Unmeasured().BatchesOf(manifest with { MaxDelayMs = null }));
        Assert.Equal(new BatchSettings(5, TimeSpan.FromMilliseconds(9)), Unmeasured(("max-batch", "5"), ("max-delay", "9")).BatchesOf(null));
    }

    [Theory]
    [InlineData("auto", 3, 3)]
    [InlineData("4", 3, 4)]
    [InlineData("4", null, 4)]
    [InlineData("auto", null, 2)]
    public void NetworkDevicesOf_ManifestSaysInstances_HasThemWhereTheOptionIsAuto(string written, int? said, int expected)
    {
        var devices = Read(("device", "cuda"), ("instances", written)).NetworkDevicesOf(new BatchingManifest { Instances = said });

        Assert.Equal(Enumerable.Repeat("cuda:0", expected), devices.Select(device => device.ToString()));
    }

    [Theory]
    [InlineData("none", ModelControl.None)]
    [InlineData("poll", ModelControl.Poll)]
    [InlineData("explicit", ModelControl.Explicit)]
    public void Read_ModelControl_IsOneOfThreeAndTheSecondsAreThose(string written, ModelControl control)
    {
        var options = Read(("models", Path.GetTempPath()), ("model-control", written), ("model-poll", "7"));

        Assert.Equal((control, TimeSpan.FromSeconds(7)), (options.ModelControl, options.ModelPoll));
        Assert.Equal((ModelControl.None, TimeSpan.FromSeconds(15)), (Read().ModelControl, Read().ModelPoll));
    }

    [Theory]
    [InlineData("poll")]
    [InlineData("explicit")]
    public void Read_ModelControlOfTheEmbeddedModel_IsRefused(string control)
    {
        var fault = Assert.Throws<InvalidOptionsException>(() => Read(("model-control", control)));

        Assert.StartsWith($"--model-control: '{control}' needs a folder at --models", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Localhost_IsTheLoopbackAddress()
    {
        Assert.Equal(IPAddress.Loopback, Read(("listen", "localhost:80")).Listen.Address);
    }

    [Theory]
    [InlineData("listen", "127.0.0.1")]
    [InlineData("listen", ":50051")]
    [InlineData("listen", "example.org:80")]
    [InlineData("listen", "127.0.0.1:99999")]
    [InlineData("listen", "::1")]
    [InlineData("metrics", "on")]
    [InlineData("models", "/no/such/folder")]
    [InlineData("model-control", "on")]
    [InlineData("model-poll", "0")]
    [InlineData("device", "CPU")]
    [InlineData("device", "cuda:x")]
    [InlineData("device", "cuda,")]
    [InlineData("device", "cuda,cuda:0")]
    [InlineData("device", "cpu,cuda")]
    [InlineData("instances", "0")]
    [InlineData("instances", "65")]
    [InlineData("precision", "BF16")]
    [InlineData("precision", "fp16")]
    [InlineData("threads", "0")]
    [InlineData("threads", "two")]
    [InlineData("queue-capacity", "0")]
    [InlineData("queue-size", "0")]
    [InlineData("target-wait", "0")]
    [InlineData("target-wait", "soon")]
    [InlineData("max-batch", "0")]
    [InlineData("max-batch", "1025")]
    [InlineData("max-batch", "8.5")]
    [InlineData("max-delay", "-1")]
    [InlineData("max-image-bytes", "")]
    [InlineData("max-image-pixels", "10")]
    [InlineData("max-image-side", "70000")]
    [InlineData("activation-cache", "-1")]
    [InlineData("tls-certificate", "")]
    [InlineData("client-ca", "/ca.crt")]
    [InlineData("plaintext", "on")]
    [InlineData("max-connections", "0")]
    [InlineData("max-streams", "0")]
    [InlineData("max-header-bytes", "1023")]
    [InlineData("handshake-timeout", "0")]
    [InlineData("keep-alive", "0")]
    [InlineData("drain-timeout", "1e9")]
    public void Read_BadValue_IsRefusedByOptionAndValue(string name, string value)
    {
        var fault = Assert.Throws<InvalidOptionsException>(() => Read((name, value)));

        Assert.StartsWith($"--{name}: '{value}' is not", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    /// <summary>One core a network, but no more than eight networks, each with as many cores; what is set holds.</summary>
    [Theory]
    [InlineData("cpu", "auto", "auto", 1, 1, 1)]
    [InlineData("cpu", "auto", "auto", 2, 2, 1)]
    [InlineData("cpu", "auto", "auto", 7, 7, 1)]
    [InlineData("cpu", "auto", "auto", 8, 8, 1)]
    [InlineData("cpu", "auto", "auto", 12, 6, 2)]
    [InlineData("cpu", "auto", "auto", 16, 8, 2)]
    [InlineData("cpu", "auto", "auto", 64, 8, 8)]
    [InlineData("cpu", "3", "auto", 16, 3, 5)]
    [InlineData("cpu", "3", "auto", 2, 3, 1)]
    [InlineData("cpu", "1", "auto", 16, 1, 16)]
    [InlineData("cpu", "auto", "6", 16, 8, 6)]
    [InlineData("cuda", "auto", "auto", 16, 2, null)]
    [InlineData("cuda", "3", "auto", 16, 3, null)]
    public void Read_InstancesAndThreads_KeepEachCoreBusyOnce(
        string device, string instances, string threads, int cores, int expectedInstances, int? expectedThreads)
    {
        var options = Read(("device", device), ("instances", instances), ("threads", threads));

        Assert.Equal(expectedInstances, options.InstancesIn(cores));
        Assert.Equal(expectedThreads, options.ThreadsIn(cores));
    }

    [Theory]
    [InlineData("tls-certificate", "--tls-key: 'off' is not the file that --tls-certificate needs")]
    [InlineData("tls-key", "--tls-certificate: 'off' is not the file that --tls-key needs")]
    public void Read_HalfOfAPair_IsRefusedAndNamesTheOther(string given, string expected)
    {
        var fault = Assert.Throws<InvalidOptionsException>(() => Read((given, "/a.pem"), ("listen", "0.0.0.0:0")));

        Assert.StartsWith(expected, Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    /// <summary>Who may read metrics may not call, wherever the two are served; any free port is another each time.</summary>
    [Fact]
    public void Read_TwoListenersOfOnePort_IsRefused()
    {
        var fault = Assert.Throws<InvalidOptionsException>(() => Read(("http", "127.0.0.1:8443"), ("metrics", "127.0.0.2:8443")));

        Assert.Equal("--metrics: '127.0.0.2:8443' has the port of --http: each needs one of its own", Assert.Single(fault.Faults));
        Assert.NotNull(Read(("listen", "127.0.0.1:0"), ("http", "127.0.0.1:0"), ("metrics", "127.0.0.1:0")));
    }

    [Theory]
    [InlineData("listen", "0.0.0.0:50051")]
    [InlineData("listen", "[::]:50051")]
    [InlineData("listen", "192.0.2.1:50051")]
    [InlineData("http", "0.0.0.0:8000")]
    [InlineData("metrics", "[2001:db8::1]:9464")]
    public void Read_BeyondLoopbackWithoutTls_IsRefusedUnlessItIsSaid(string name, string address)
    {
        var fault = Assert.Throws<InvalidOptionsException>(() => Read((name, address)));

        Assert.StartsWith($"--{name}: '{address}' can be reached from elsewhere, and there is no TLS", Assert.Single(fault.Faults), StringComparison.Ordinal);
        Assert.Contains("--plaintext anywhere", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(Read((name, address), ("plaintext", "anywhere")));
        Assert.NotNull(Read((name, address), ("tls-certificate", "/a.crt"), ("tls-key", "/a.key")));
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.8.9.10:0")]
    [InlineData("[::1]:0")]
    public void Read_Loopback_NeedsNoTls(string address) => Assert.NotNull(Read(("listen", address), ("http", address), ("metrics", address)));

    [Fact]
    public void Read_Bf16OnACpu_IsRefusedWhereItHasNoInstructionsForIt()
    {
        if (PrecisionSupport.ObjectionTo(Precision.Bf16, isCpu: true) is not { } objection)
        {
            Assert.Equal(Precision.Bf16, Read(("precision", "bf16")).Precision);
            return;
        }
        var fault = Assert.Throws<InvalidOptionsException>(() => Read(("precision", "bf16")));
        Assert.Equal($"--precision: 'bf16' {objection}", Assert.Single(fault.Faults));
    }

    [Fact]
    public void Read_SeveralBadValues_AllAreListed()
    {
        var fault = Assert.Throws<InvalidOptionsException>(() => Read(("listen", "x"), ("device", "x"), ("max-batch", "x")));

        Assert.Equal(3, fault.Faults.Count);
        Assert.All(fault.Faults, one => Assert.Contains(one, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_All_HaveAVariableAndADefaultThatHolds()
    {
        Assert.Equal("GRADCAM_MAX_IMAGE_BYTES", Settings.MaxImageBytes.Variable);
        foreach (var setting in Settings.All)
            Assert.NotNull(Read((setting.Name, setting.Default)));
    }

    private static ServerOptions Read(params (string Name, string Value)[] written) =>
        ServerOptionsReader.Read(setting => written.FirstOrDefault(pair => pair.Name == setting.Name).Value);
}
