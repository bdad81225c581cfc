using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace MlPlatform.Core.Tests.Delivery;

/// <summary>A receiver of messages, which answers what the test says, by default 200.</summary>
internal sealed class Receiver : HttpMessageHandler
{
    private readonly Lock gate = new();

    public List<(Uri Address, IReadOnlyDictionary<string, string> Headers, string Body)> Messages { get; } = [];

    public Func<HttpRequestMessage, HttpResponseMessage> Answer { get; set; } = _ => new(HttpStatusCode.OK);

    public IEnumerable<string> Subjects => Messages.Select(m => (string)JsonNode.Parse(m.Body)!["subject"]!);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetString(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
        var headers = request
            .Headers.Concat(request.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        lock (gate)
        {
            Messages.Add((request.RequestUri!, headers, body));
            return Answer(request);
        }
    }
}
