namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>Which source positions make each target position along one side, and with which fixed-point weights.</summary>
/// <remarks>As Pillow computes them: in double precision, normalised to a sum of 1, then rounded to <see cref="Bits"/> bits.</remarks>
internal sealed class ResizeKernel
{
    /// <summary>Bits behind the binary point of a weight: 32 less 8 for the value and 2 for the sum of overshoots.</summary>
    public const int Bits = 22;

    private readonly int[] _weights;
    private readonly int _stride;

    /// <param name="source">Positions of the source.</param>
    /// <param name="target">Positions of the whole target.</param>
    /// <param name="first">The first target position that is wanted.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="interpolation">The kernel.</param>
    public ResizeKernel(int source, int target, int first, int count, Interpolation interpolation)
    {
        var scale = (double)source / target;
        var widening = Math.Max(scale, 1);
        var support = widening * (interpolation is Interpolation.Bicubic ? 2 : 1);
        Func<double, double> filter = interpolation is Interpolation.Bicubic ? Cubic : Triangle;

        _stride = 2 * (int)Math.Ceiling(support) + 1;
        _weights = new int[count * _stride];
        Starts = new int[count];
        Lengths = new int[count];
        Span<double> exact = new double[_stride];
        for (var i = 0; i < count; i++)
        {
            var centre = (first + i + 0.5) * scale;
            var start = Math.Max((int)(centre - support + 0.5), 0);
            var length = Math.Min((int)(centre + support + 0.5), source) - start;
            var sum = 0.0;
            for (var k = 0; k < length; k++)
                sum += exact[k] = filter((start + k - centre + 0.5) / widening);
            for (var k = 0; k < length; k++)
                _weights[i * _stride + k] = (int)Math.Round(exact[k] / sum * (1 << Bits), MidpointRounding.AwayFromZero);
            (Starts[i], Lengths[i]) = (start, length);
        }
    }

    /// <summary>The first source position of each target position.</summary>
    public int[] Starts { get; }

    /// <summary>How many source positions each target position has.</summary>
    public int[] Lengths { get; }

    /// <summary>The first source position that any target position needs.</summary>
    public int FirstSource => Starts[0];

    /// <summary>One behind the last source position that any target position needs.</summary>
    public int EndSource => Starts[^1] + Lengths[^1];

    public ReadOnlySpan<int> Weights(int position) => _weights.AsSpan(position * _stride, Lengths[position]);

    private static double Triangle(double x) => Math.Max(1 - Math.Abs(x), 0);

    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x switch
        {
            < 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
            < 2 => (((x - 5) * x + 8) * x - 4) * a,
            _ => 0,
        };
    }
}
