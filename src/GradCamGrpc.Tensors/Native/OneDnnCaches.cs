namespace GradCamGrpc.Tensors.Native;

/// <summary>What oneDNN goes by where it has to know how large the CPU's caches are.</summary>
public enum OneDnnCaches
{
    /// <summary>What the CPU says.</summary>
    Told,

    /// <summary>Usual sizes, since the CPU says none.</summary>
    Guessed,

    /// <summary>Nothing: it is kept to kernels that do not ask, for older instructions.</summary>
    Unused,
}
