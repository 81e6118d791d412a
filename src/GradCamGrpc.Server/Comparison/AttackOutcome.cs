namespace GradCamGrpc.Server.Comparison;

/// <summary>What came of changing a photo.</summary>
/// <param name="Attacked">The changed photo.</param>
/// <param name="Before">What the network says of the photo.</param>
/// <param name="After">What it says of the changed one.</param>
internal sealed record AttackOutcome(AttackedPhoto Attacked, AnsweredQuestion Before, AnsweredQuestion After);
