namespace GradCamGrpc.Imaging.Rendering;

/// <summary>A map after the ReLU, stretched from 0 to 1 over the part of an image that it covers.</summary>
/// <remarks>Stretched on the image's grid, as the reference has it: between the positions of a coarse map the peaks are lower.</remarks>
internal sealed class ScaledHeat : IHeatRows
{
    // The reference's: keeps a map of zeros zero.
    private const float DivisionGuard = 1e-7f;

    private readonly HeatSampler _sampler;
    private readonly float[] _scaled;
    private readonly float _minimum;
    private readonly float _divisor;

    public ScaledHeat(HeatGrid map, int width, int height, CropRectangle crop)
    {
        _sampler = new HeatSampler(map.Rectified(), width, height, crop);
        _scaled = new float[_sampler.ColumnCount];
        var maximum = float.NegativeInfinity;
        _minimum = float.PositiveInfinity;
        for (var y = 0; y < height; y++)
        {
            if (!_sampler.TryRow(y, out var heat))
                continue;
            foreach (var value in heat)
            {
                _minimum = Math.Min(_minimum, value);
                maximum = Math.Max(maximum, value);
            }
        }
        _divisor = DivisionGuard + (maximum - _minimum);
    }

    public int FirstColumn => _sampler.FirstColumn;

    public bool TryRow(int y, out ReadOnlySpan<float> heat)
    {
        heat = _scaled;
        if (!_sampler.TryRow(y, out var values))
            return false;
        for (var x = 0; x < _scaled.Length; x++)
            _scaled[x] = (values[x] - _minimum) / _divisor;
        return true;
    }
}
