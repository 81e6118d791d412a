namespace GradCamGrpc.Server.Errors;

/// <summary>A result with values that are no finite numbers. It is never sent: it would look like an answer.</summary>
/// <param name="what">The result, such as <c>the outputs</c>.</param>
internal sealed class NonFiniteException(string what)
    : Exception($"{what} have values that are not finite: the model's weights are damaged, or do not suit this photo");
