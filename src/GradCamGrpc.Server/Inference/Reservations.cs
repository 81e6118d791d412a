using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Inference;

/// <summary>Places in the queues of several models for one request.</summary>
internal sealed class Reservations : IDisposable
{
    private readonly List<Reservation> _places = [];

    private Reservations()
    {
    }

    /// <summary>The place of a question.</summary>
    public Reservation this[int question] => _places[question];

    /// <summary>Takes a place for each question.</summary>
    /// <exception cref="Errors.QueueFullException">There is none for one of them; then none is taken.</exception>
    /// <exception cref="Errors.ServerUnavailableException">A model is not ready, or drains.</exception>
    public static Reservations Of(IEnumerable<CheckedExplainRequest> questions, Caller caller)
    {
        var reservations = new Reservations();
        try
        {
            foreach (var question in questions)
                reservations._places.Add(question.Model.Reserve(caller, question.View));
            return reservations;
        }
        catch
        {
            reservations.Dispose();
            throw;
        }
    }

    public void Dispose() => _places.ForEach(place => place.Dispose());
}
