using System.Security.Cryptography;
using System.Text;

namespace GradCamGrpc.Server.Access;

/// <summary>What stands for an API key in the file and in memory.</summary>
internal static class KeyHash
{
    /// <summary>SHA-256 of its UTF-8 bytes, as lower-case hexadecimal digits. Keys are long and random, so that no slower hash is needed.</summary>
    public static string Of(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
