namespace GradCamGrpc.Server.Options;

/// <summary>A setting as people write it: <c>--name value</c>, or the environment variable <c>GRADCAM_NAME</c>.</summary>
/// <param name="Name">In lower case with hyphens.</param>
/// <param name="Default">What holds when it is not set.</param>
/// <param name="Help">What it means, with its unit.</param>
internal sealed record Setting(string Name, string Default, string Help)
{
    public string Option => $"--{Name}";

    public string Variable => $"GRADCAM_{Name.ToUpperInvariant().Replace('-', '_')}";
}
