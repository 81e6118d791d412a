namespace GradCamGrpc.Server.Access;

/// <summary>The file that says who may call, as it is written: JSON with names in snake_case. Names it does not know are faults.</summary>
/// <param name="Keys">API keys.</param>
/// <param name="Issuers">Who may sign tokens.</param>
internal sealed record AccessDocument(IReadOnlyList<KeyEntry?>? Keys, IReadOnlyList<IssuerEntry?>? Issuers);
