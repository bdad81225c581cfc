namespace MlPlatform.AspNetCore;

/// <summary>Options of the platform's routes; configuration section <c>MlPlatform:AspNetCore</c>.</summary>
public sealed class AspNetCoreOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:AspNetCore";

    /// <summary>
    /// The names that a request may call this server by: <c>ml.example.com</c>, <c>*.example.com</c>, or <c>*</c> for any. Default: none, which means
    /// <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c>.
    /// </summary>
    /// <remarks>Keeps pages that rebind their own name to this machine's address out. Ports do not matter.</remarks>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Other sites whose pages may call, for example <c>https://portal.example.com</c>. Default: none, so only pages of this server itself.</summary>
    /// <remarks>A request without the header <c>Origin</c> does not come from a page and is not concerned. Answering pre-flight requests is up to the host's CORS.</remarks>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The largest body of a request that is not an upload. Default: 1 MiB. Range: 1 KiB to 256 MiB.</summary>
    public int MaxRequestBytes { get; set; } = 1 << 20;

    /// <summary>The most traces that one request may bring, in bytes once they are unpacked. Default: 16 MiB. Range: 1 KiB to 256 MiB.</summary>
    public int MaxTraceBytes { get; set; } = 16 << 20;

    /// <summary>The largest inference request, in bytes once it is unpacked. Default: 64 MiB. Range: 1 KiB to 2 GiB - 1.</summary>
    public int MaxInferenceBytes { get; set; } = 64 << 20;

    /// <summary>
    /// How many inference requests a client may send each second, by <c>/v2</c> and gRPC together; after a pause as many may come at once. Default: 0, any
    /// number. Range: 0, or 0.001 to 100,000.
    /// </summary>
    /// <remarks>
    /// A client is whom the host has authenticated, or else an address. What is more is refused with 429 and <c>Retry-After</c>, over gRPC with
    /// RESOURCE_EXHAUSTED. Each process counts for itself. For routes of the application, as of <c>MapPredict</c>, there is ASP.NET Core's rate limiting.
    /// </remarks>
    public double MaxClientRate { get; set; }

    /// <summary>How many inference requests a model is sent each second, by all clients together, as with <see cref="MaxClientRate"/>. Default: 0, any number. Range: 0, or 0.001 to 100,000.</summary>
    public double MaxModelRate { get; set; }

    /// <summary>The largest file that can be uploaded. Default: 10 GiB. At least 1 MiB.</summary>
    public long MaxArtifactBytes { get; set; } = 10L << 30;

    /// <summary>
    /// How long the server goes on answering after it was told to stop, while <c>/v2/health/ready</c> says no. Default: none. Range: 0 to 10 min.
    /// </summary>
    /// <remarks>
    /// A load balancer needs the time to notice and to send requests elsewhere: with Kubernetes some seconds more than its probe takes, and less than
    /// <c>terminationGracePeriodSeconds</c>. It is added to the host's <c>ShutdownTimeout</c>, which requests in flight have afterwards. None by default, since
    /// where nothing balances load it would only make each stop slower.
    /// </remarks>
    public TimeSpan ShutdownDelay { get; set; }

    /// <summary>The claim that names the caller's team. Default: <c>team</c>.</summary>
    public string TeamClaim { get; set; } = "team";
}
