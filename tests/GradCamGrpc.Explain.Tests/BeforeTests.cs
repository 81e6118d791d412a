using System.Runtime.CompilerServices;
using GradCamGrpc.Tensors.Native;

namespace GradCamGrpc.Explain.Tests;

internal static class BeforeTests
{
    /// <summary>Tests run networks of their own before they cut them.</summary>
    [ModuleInitializer]
    internal static void SettleOneDnn() => _ = OneDnn.Caches;
}
