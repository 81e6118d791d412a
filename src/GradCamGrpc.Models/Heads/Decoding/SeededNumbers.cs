namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>Random numbers that a seed decides, all of its 64 bits: SplitMix64 (Steele, Lea and Flood 2014).</summary>
/// <param name="seed">The seed, any.</param>
public sealed class SeededNumbers(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next number, evenly from 0 to below 1: a multiple of 2⁻⁵³.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        unchecked
        {
            _state += 0x9e3779b97f4a7c15;
            var mixed = _state;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
            return mixed ^ (mixed >> 31);
        }
    }
}
