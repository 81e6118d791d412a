using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using GradCamGrpc.Models.Repository;
using Microsoft.IdentityModel.Tokens;

namespace GradCamGrpc.Server.Access;

/// <summary>Reads the file that says who may call, and finds every fault in it.</summary>
internal sealed partial class AccessFileReader : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly List<string> _faults = [];
    private readonly IncrementalHash _content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private AccessFileReader(string folder, TimeProvider time) => (_folder, _time) = (folder, time);

    /// <param name="path">The file.</param>
    /// <param name="time">How time goes.</param>
    /// <param name="before">The list that the new one takes the place of; null for none.</param>
    /// <exception cref="InvalidAccessFileException">The file cannot be read, or something in it is wrong.</exception>
    public static AccessList Read(string path, TimeProvider time, AccessList? before = null)
    {
        using var reader = new AccessFileReader(Path.GetDirectoryName(Path.GetFullPath(path))!, time);
        var document = reader.Parse(path);
        var keys = reader.Keys(document.Keys ?? []);
        var issuers = reader.Issuers(document.Issuers ?? []);
        if (reader._faults.Count == 0 && keys.Count + issuers.Count == 0)
            reader._faults.Add("there is neither a key nor an issuer: nobody could call");
        return reader._faults.Count == 0
            ? new AccessList(keys, issuers, Convert.ToHexStringLower(reader._content.GetHashAndReset()), time, before)
            : throw new InvalidAccessFileException(reader._faults);
    }

    public void Dispose() => _content.Dispose();

    private AccessDocument Parse(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            _content.AppendData(bytes);
            return JsonSerializer.Deserialize<AccessDocument>(bytes, Json) ?? throw new InvalidAccessFileException(["it holds null"]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidAccessFileException([fault.Message]);
        }
        catch (JsonException fault)
        {
            throw new InvalidAccessFileException([$"at {fault.Path ?? "its start"}, line {fault.LineNumber + 1}: it is not the JSON that is needed"]);
        }
    }

    private Dictionary<string, KeyHolder> Keys(IReadOnlyList<KeyEntry?> entries)
    {
        var keys = new Dictionary<string, KeyHolder>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (entry, i) in entries.Select((entry, i) => (entry, i)))
        {
            var where = $"keys[{i}]";
            if (entry is null)
            {
                _faults.Add($"{where} is null");
                continue;
            }
            if (string.IsNullOrWhiteSpace(entry.Name) || !names.Add(entry.Name))
                _faults.Add($"{where}.name is missing, or another key's");
            var hash = entry.Sha256?.ToLowerInvariant() ?? "";
            var right = Right(where, entry.Services, entry.Models);
            var limits = Limits(where, entry.RequestsPerSecond, entry.Burst, entry.ConcurrentCalls);
            var holder = new KeyHolder(entry.Name ?? "", entry.Expires, right, limits);
            if (!Hash().IsMatch(hash))
                _faults.Add($"{where}.sha256 is not 64 hexadecimal digits");
            else if (!keys.TryAdd(hash, holder))
                _faults.Add($"{where}.sha256 is another key's");
        }
        return keys;
    }

    private Dictionary<string, TokenIssuer> Issuers(IReadOnlyList<IssuerEntry?> entries)
    {
        var issuers = new Dictionary<string, TokenIssuer>(StringComparer.Ordinal);
        foreach (var (entry, i) in entries.Select((entry, i) => (entry, i)))
        {
            var where = $"issuers[{i}]";
            if (entry is null)
            {
                _faults.Add($"{where} is null");
                continue;
            }
            if (string.IsNullOrWhiteSpace(entry.Issuer) || issuers.ContainsKey(entry.Issuer))
                _faults.Add($"{where}.issuer is missing, or another entry's");
            if (string.IsNullOrWhiteSpace(entry.Audience))
                _faults.Add($"{where}.audience is missing: a token for somebody else would do");
            var limits = Limits(where, entry.RequestsPerSecond, entry.Burst, entry.ConcurrentCalls);
            issuers[entry.Issuer ?? ""] = new TokenIssuer(
                entry.Issuer ?? "", entry.Audience ?? "", PublicKeys(where, entry.KeysFile), Right(where, entry.Services, entry.Models), limits, _time);
        }
        return issuers;
    }

    private AccessRight Right(string where, IReadOnlyList<string?>? services, IReadOnlyList<string?>? models)
    {
        foreach (var unknown in services?.Where(service => service is null || !AccessRight.Known.Contains(service)) ?? [])
            _faults.Add($"{where}.services: there is no '{unknown}'; such as gradcam.v1.VqaService, or gradcam.v1.VqaService/Answer");
        if (services is { Count: 0 })
            _faults.Add($"{where}.services is empty: leave it out for all");
        foreach (var bad in models?.Where(model => model is null || !ModelManifest.IsName(model)) ?? [])
            _faults.Add($"{where}.models: '{bad}' cannot be a model's name: {ModelManifest.NameRule}");
        if (models is { Count: 0 })
            _faults.Add($"{where}.models is empty: leave it out for all");
        return new AccessRight(services?.OfType<string>(), models?.OfType<string>());
    }

    private QuotaLimits Limits(string where, double? rate, int? burst, int? calls)
    {
        if (rate is { } perSecond && !(perSecond > 0 && double.IsFinite(perSecond)))
            _faults.Add($"{where}.requests_per_second is not above 0");
        if (burst is < 1)
            _faults.Add($"{where}.burst is not 1 or more");
        if (burst is not null && rate is null)
            _faults.Add($"{where}.burst needs requests_per_second");
        if (calls is < 1)
            _faults.Add($"{where}.concurrent_calls is not 1 or more");
        var most = rate is { } limit ? burst ?? (int)Math.Clamp(Math.Ceiling(limit), 1, int.MaxValue) : QuotaLimits.None.Burst;
        return new QuotaLimits(rate ?? double.PositiveInfinity, most, calls ?? int.MaxValue);
    }

    private IReadOnlyList<SecurityKey> PublicKeys(string where, string? file)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(file))
                throw new ArgumentException("it is missing");
            var text = File.ReadAllText(Path.Combine(_folder, file));
            _content.AppendData(Encoding.UTF8.GetBytes(text));
            return text.Contains("-----BEGIN", StringComparison.Ordinal) ? [OfPem(text)] : OfKeySet(text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or JsonException
            or FormatException or NotSupportedException)
        {
            _faults.Add($"{where}.keys_file '{file}' is neither a JSON Web Key Set nor a public key in PEM: {fault.Message}");
            return [];
        }
    }

    private static IReadOnlyList<SecurityKey> OfKeySet(string text)
    {
        var set = new JsonWebKeySet(text);
        if (set.Keys.Any(key => key.HasPrivateKey || key.Kty == JsonWebAlgorithmsKeyTypes.Octet))
            throw new ArgumentException("it holds a secret key, which belongs to the issuer alone");
        var keys = set.GetSigningKeys();
        return keys.Count > 0 ? [.. keys] : throw new ArgumentException("it holds no public key");
    }

    /// <summary>Nobody disposes of the key: lists may be in use when others take their place.</summary>
    private static AsymmetricSecurityKey OfPem(string text)
    {
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new ArgumentException("it holds a secret key, which belongs to the issuer alone");
        try
        {
            return new ECDsaSecurityKey(Imported(ECDsa.Create(), text));
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // It is of no curve; the label of PKCS #1, which is for RSA alone, curves do not even know.
            return new RsaSecurityKey(Imported(RSA.Create(), text));
        }
    }

    private static TKey Imported<TKey>(TKey key, string text)
        where TKey : AsymmetricAlgorithm
    {
        try
        {
            key.ImportFromPem(text);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();
}
