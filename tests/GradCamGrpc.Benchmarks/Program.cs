using System.CommandLine;
using GradCamGrpc.Benchmarks;
using GradCamGrpc.Server.Hosting;

// Ratios within one run are what counts: these machines are shared, and absolute times drift.

// As the server has it.
NativeTuning.Apply();

var root = new RootCommand("Measures what an explanation costs.")
{
    ExplainBenchmark.Create(),
    FuzzBenchmark.Create(),
    CaptionsBenchmark.Create(),
    ClientsBenchmark.Create(),
    MethodsBenchmark.Create(),
    QuestionsBenchmark.Create(),
    PeerBenchmark.Create(),
    PriceBenchmark.Create(),
    VideoBenchmark.Create(),
    LoadBenchmark.Create(),
    OpenLoadBenchmark.Create(),
    TasksBenchmark.Create(),
    SoakBenchmark.Create(),
    ReplicasBenchmark.Create(),
    ReloadBenchmark.Create(),
    DrainBenchmark.Create(),
};
return await root.Parse(args).InvokeAsync();
