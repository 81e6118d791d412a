namespace GradCamGrpc.Server.Http;

/// <summary>The body of a call's answer. What the framework writes of a failed call is kept back here, to be said in <see cref="JsonStatus"/>'s form.</summary>
internal sealed class FaultBody : Stream
{
    private readonly MemoryStream _fault = new();
    private readonly HttpContext _context;
    private readonly Stream _body;

    private FaultBody(HttpContext context) => (_context, _body) = (context, context.Response.Body);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private Stream Target => _context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest } ? _fault : _body;

    /// <summary>Runs a call, and answers it.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate call)
    {
        await using var body = new FaultBody(context);
        context.Response.Body = body;
        try
        {
            await call(context);
        }
        finally
        {
            context.Response.Body = body._body;
        }
        if (body._fault.Length > 0)
            await JsonStatus.WriteAsync(context, JsonStatus.Parse(body._fault.ToArray()));
    }

    public override void Flush() => Target.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => Target.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => Target.Write(buffer, offset, count);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Target.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Target.WriteAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
