namespace GradCamGrpc.Cli.Auditing;

/// <summary>An audit as a page of HTML that needs no other file, no network and no script.</summary>
/// <param name="audit">What it tells.</param>
internal sealed class AuditPage(Audit audit)
{
    private readonly HtmlText _page = new();
    private readonly AuditResult _result = audit.Result;

    /// <summary>Writes the page.</summary>
    public static string Write(Audit audit)
    {
        var page = new AuditPage(audit);
        page.AddHead();
        page.AddClasses();
        page.AddWorst();
        page.AddConfusions();
        page.AddPictures();
        page.AddSkipped();
        page._page.Add($"</main>");
        page._page.Add($"</body>");
        page._page.Add($"</html>");
        return page._page.ToString();
    }

    private void AddHead()
    {
        _page.Add($"<!DOCTYPE html>");
        _page.Add($"<html lang=\"en\">");
        _page.Add($"<head>");
        _page.Add($"<meta charset=\"utf-8\">");
        _page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        _page.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">");
        _page.Add($"<title>Audit of {_result.Data}</title>");
        _page.AddStyle(Style());
        _page.Add($"</head>");
        _page.Add($"<body>");
        _page.Add($"<main>");
        _page.Add($"<h1>Where {_result.Model} looks on {_result.Data}</h1>");
        _page.Add($"<dl>");
        _page.Add($"<dt>Photos</dt><dd>{_result.Photos.Count} of {_result.Classes.Count} classes; {_result.Skipped.Count} could not be used</dd>");
        _page.Add($"<dt>Maps</dt><dd>{Maps()}, each photo’s of its own class</dd>");
        _page.Add($"<dt>First class right</dt><dd>{Percentages.Precise(_result.Top1)} % of the photos</dd>");
        _page.Add($"</dl>");
        _page.Add($"<p>A data set is biased where its classes can be told by something else than the thing itself: who is on the photo, where it was taken, a mark in a corner. Then the network looks there. Look below for</p>");
        _page.Add($"<ul>");
        if (_result.HasBoxes)
            _page.Add($"<li>classes with little of their maps inside the boxes, compared with the boxes’ area, which is what an even map would have there: small things have small boxes;</li>");
        _page.Add($"<li>classes with much of their maps at the border: the outer {Percentages.Whole(AuditedPhoto.BorderDepth)} at each side, where an even map would have {Percentages.Whole(AuditedPhoto.EvenBorderEnergy)};</li>");
        _page.Add($"<li>mean maps that are warm beside the middle, where the mean photo shows the same thing on all photos;</li>");
        _page.Add($"<li>classes that are often taken for one another.</li>");
        _page.Add($"</ul>");
        _page.Add($"<p>These are hints, and they judge the network together with the photos. It takes a look at the photos to know.</p>");
    }

    private void AddClasses()
    {
        _page.Add($"<h2>Classes</h2>");
        _page.Add($"<div class=\"scroll\" role=\"region\" aria-label=\"Classes\" tabindex=\"0\">");
        _page.Add($"<table>");
        _page.Add($"<caption>Of each class, {Order()}. All but the counts in %. A blank map: nothing on the photo speaks for its class; the energies are of the others.</caption>");
        _page.Add($"<thead><tr><th scope=\"col\">class</th>");
        AddNumberHeader("photos");
        AddNumberHeader("first class right");
        AddNumberHeader("mean probability");
        if (_result.HasBoxes)
        {
            AddNumberHeader("energy in the boxes");
            AddNumberHeader("area of the boxes");
        }
        AddNumberHeader("energy at the border");
        AddNumberHeader("blank maps");
        _page.Add($"</tr></thead>");
        _page.Add($"<tbody>");
        foreach (var figures in _result.Classes)
        {
            _page.Add($"<tr><th scope=\"row\">{Named(figures.Label, figures.ClassIndex)}</th>");
            AddNumber($"{figures.PhotoCount}");
            AddNumber(Percentages.Precise(figures.Top1));
            AddNumber(Percentages.Precise(figures.MeanProbability));
            if (_result.HasBoxes)
            {
                AddNumber(Percentages.Precise(figures.EnergyInside));
                AddNumber(Percentages.Precise(figures.BoxArea));
            }
            AddNumber(Percentages.Precise(figures.BorderEnergy));
            AddNumber($"{figures.BlankMaps}");
            _page.Add($"</tr>");
        }
        EndTable();
    }

    private void AddWorst()
    {
        var what = _result.HasBoxes ? "with the least of their maps inside their boxes" : "whose class is the least probable";
        _page.Add($"<h2>The worst photos</h2>");
        _page.Add($"<figure class=\"sheet\">");
        _page.Add($"<img src=\"{Inlined(audit.Worst)}\" alt=\"The {_result.Worst.Count} photos {what}, each with the map of its class over it; the table below lists them by their numbers\">");
        _page.Add($"<figcaption>As the network sees them: the whole photo, resized to a square. The map of the photo’s class is over it, stretched from its least value to its largest{(_result.HasBoxes ? "; the lines are the boxes" : "")}.</figcaption>");
        _page.Add($"</figure>");
        _page.Add($"<div class=\"scroll\" role=\"region\" aria-label=\"The worst photos\" tabindex=\"0\">");
        _page.Add($"<table>");
        _page.Add($"<caption>The photos {what}, the worst first.</caption>");
        _page.Add($"<thead><tr><th scope=\"col\" class=\"number\">number</th><th scope=\"col\">file</th><th scope=\"col\">class</th><th scope=\"col\">the network’s first class</th>");
        if (_result.HasBoxes)
        {
            AddNumberHeader("energy in the boxes, %");
            AddNumberHeader("area of the boxes, %");
        }
        AddNumberHeader("energy at the border, %");
        AddNumberHeader("probability of the class, %");
        _page.Add($"</tr></thead>");
        _page.Add($"<tbody>");
        var number = 0;
        foreach (var photo in _result.Worst)
        {
            _page.Add($"<tr><td class=\"number\">{++number}</td><th scope=\"row\"><bdi>{photo.File}</bdi></th><td>{photo.Label}</td><td>{photo.PredictedLabel}</td>");
            if (_result.HasBoxes)
            {
                AddNumber(Percentages.Precise(photo.EnergyInside));
                AddNumber(Percentages.Precise(photo.BoxArea));
            }
            AddNumber(Percentages.Precise(photo.BorderEnergy));
            AddNumber(Percentages.Precise(photo.Probability));
            _page.Add($"</tr>");
        }
        EndTable();
    }

    private void AddConfusions()
    {
        _page.Add($"<h2>Taken for another</h2>");
        if (_result.Confusions.Count == 0)
        {
            _page.Add($"<p>No photo: the first class is right on all of them.</p>");
            return;
        }
        _page.Add($"<div class=\"scroll\" role=\"region\" aria-label=\"Taken for another\" tabindex=\"0\">");
        _page.Add($"<table>");
        _page.Add($"<caption>What the network takes photos of a class for, where that is wrong; the most frequent.</caption>");
        _page.Add($"<thead><tr><th scope=\"col\">class</th><th scope=\"col\">taken for</th>");
        AddNumberHeader("photos");
        AddNumberHeader("% of the class");
        _page.Add($"</tr></thead>");
        _page.Add($"<tbody>");
        foreach (var pair in _result.Confusions)
        {
            _page.Add($"<tr><th scope=\"row\">{Named(pair.Label, pair.ClassIndex)}</th><td>{Named(pair.PredictedLabel, pair.Predicted)}</td>");
            AddNumber($"{pair.PhotoCount}");
            AddNumber(Percentages.Precise(pair.Share));
            _page.Add($"</tr>");
        }
        EndTable();
    }

    private void AddPictures()
    {
        _page.Add($"<h2>The mean of each class</h2>");
        _page.Add($"<p>Left the mean of the photos, right with the mean of their maps over it, each map divided by its own maximum first. The colours go from the least to the largest value of the mean map; the peak says how large that is: 100 % where all maps are warmest at one place.</p>");
        _page.Add($"<div class=\"classes\">");
        foreach (var figures in _result.Classes)
        {
            var pictures = audit.Pictures[figures.ClassIndex];
            _page.Add($"<article>");
            _page.Add($"<h3>{Named(figures.Label, figures.ClassIndex)}</h3>");
            _page.Add($"<figure>");
            _page.Add($"<div class=\"pair\">");
            _page.Add($"<img src=\"{Inlined(pictures.Photo)}\" alt=\"The mean of {figures.PhotoCount} photos of {figures.Label}\">");
            _page.Add($"<img src=\"{Inlined(pictures.Overlay)}\" alt=\"The same with the mean of their maps over it\">");
            _page.Add($"</div>");
            _page.Add($"<figcaption>{figures.PhotoCount} photos, peak {Percentages.Whole(pictures.Peak)}{Inside(figures)}, at the border {Percentages.Precise(figures.BorderEnergy)} %</figcaption>");
            _page.Add($"</figure>");
            _page.Add($"<p>The worst of them:</p>");
            _page.Add($"<ul>");
            foreach (var file in figures.Worst)
                _page.Add($"<li><bdi>{file}</bdi></li>");
            _page.Add($"</ul>");
            _page.Add($"</article>");
        }
        _page.Add($"</div>");
    }

    private void AddSkipped()
    {
        if (_result.Skipped.Count == 0)
            return;
        _page.Add($"<h2>Photos that could not be used</h2>");
        _page.Add($"<div class=\"scroll\" role=\"region\" aria-label=\"Photos that could not be used\" tabindex=\"0\">");
        _page.Add($"<table>");
        _page.Add($"<caption>They are in none of the figures.</caption>");
        _page.Add($"<thead><tr><th scope=\"col\">file</th><th scope=\"col\">why</th></tr></thead>");
        _page.Add($"<tbody>");
        foreach (var photo in _result.Skipped)
            _page.Add($"<tr><th scope=\"row\"><bdi>{photo.File}</bdi></th><td>{photo.Reason}</td></tr>");
        EndTable();
    }

    private void AddNumberHeader(string name) => _page.Add($"<th scope=\"col\" class=\"number\">{name}</th>");

    private void AddNumber(string number) => _page.Add($"<td class=\"number\">{number}</td>");

    private void EndTable()
    {
        _page.Add($"</tbody>");
        _page.Add($"</table>");
        _page.Add($"</div>");
    }

    private string Maps() => _result.Layer is { } layer ? $"{_result.Method} at {layer}" : _result.Method;

    private string Order() => _result.HasBoxes ? "that with the least of its maps in the boxes first" : "the least probable first";

    private string Inside(ClassAudit figures) => _result.HasBoxes ? $", in the boxes {Percentages.Precise(figures.EnergyInside)} %" : "";

    private static string Named(string label, int index) => $"{label} ({index})";

    private static string Inlined(byte[] jpeg) => $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}";

    private static string Style()
    {
        using var resource = typeof(AuditPage).Assembly.GetManifestResourceStream("GradCamGrpc.Cli.Auditing.AuditPage.css")
            ?? throw new InvalidOperationException("the style sheet is missing");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
