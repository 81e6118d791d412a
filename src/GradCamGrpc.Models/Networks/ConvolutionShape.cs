namespace GradCamGrpc.Models.Networks;

/// <summary>How a convolution's kernel moves over its input.</summary>
/// <param name="Rows">Rows of zeros above and below.</param>
/// <param name="Columns">Columns of zeros to the left and to the right.</param>
/// <param name="Stride">Positions from one output to the next.</param>
/// <param name="Groups">Parts that the channels are divided into.</param>
internal readonly record struct ConvolutionShape(int Rows, int Columns, int Stride, int Groups);
