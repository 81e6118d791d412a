namespace GradCamGrpc.Server.Options;

/// <summary>Who may change the models of a server that runs.</summary>
public enum ModelControl
{
    /// <summary>Nobody: what is there at the start is served.</summary>
    None,

    /// <summary>Whoever may write to the folders: the server looks at them now and then.</summary>
    Poll,

    /// <summary>Whoever may call: <c>LoadModel</c> and <c>UnloadModel</c>.</summary>
    Explicit,
}
