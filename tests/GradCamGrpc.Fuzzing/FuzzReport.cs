namespace GradCamGrpc.Fuzzing;

/// <summary>What came of many cases.</summary>
/// <param name="Outcomes">How many ended in what way.</param>
/// <param name="Failures">Those that did not end as they must.</param>
/// <param name="Longest">What the slowest took.</param>
/// <param name="Slowest">Its number.</param>
/// <param name="ResidentAtFirst">Resident bytes of the process after the first fifth of the cases.</param>
/// <param name="ResidentAtLast">And after the last.</param>
public sealed record FuzzReport(
    IReadOnlyDictionary<string, int> Outcomes, IReadOnlyList<FuzzFailure> Failures, TimeSpan Longest, int Slowest, long ResidentAtFirst, long ResidentAtLast);
