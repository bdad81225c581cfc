using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>How many inference requests a client may send, and a model is sent, each second.</summary>
/// <remarks>Thread-safe. Who has not asked for seconds is forgotten.</remarks>
internal sealed class InferenceQuotas(IOptions<AspNetCoreOptions> options, IActorAccessor actors) : IDisposable
{
    private readonly PartitionedRateLimiter<string>? clients = Limiter(options.Value.MaxClientRate);
    private readonly PartitionedRateLimiter<string>? models = Limiter(options.Value.MaxModelRate);

    /// <summary>Counts a request.</summary>
    /// <exception cref="MlflowException">It is one too many.</exception>
    public void Take(HttpContext context, string model)
    {
        if (clients is not null)
        {
            Take(clients, ClientOf(context), "This caller may send", options.Value.MaxClientRate);
        }

        if (models is not null)
        {
            Take(models, model, $"Model '{model}' takes", options.Value.MaxModelRate);
        }
    }

    public void Dispose()
    {
        clients?.Dispose();
        models?.Dispose();
    }

    private static void Take(PartitionedRateLimiter<string> limiter, string key, string subject, double rate)
    {
        using var lease = limiter.AttemptAcquire(key);
        if (!lease.IsAcquired)
        {
            var message = string.Create(
                CultureInfo.InvariantCulture,
                $"{subject} {rate} inference requests a second here. Try again later."
            );
            throw new MlflowException(
                new(StatusCodes.Status429TooManyRequests, "REQUEST_LIMIT_EXCEEDED", message)
                {
                    RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1),
                }
            );
        }
    }

    /// <summary>Whom the host has authenticated; else the address.</summary>
    private string ClientOf(HttpContext context)
    {
        var actor = actors.Current;
        return actor == Actor.Anonymous ? context.Connection.RemoteIpAddress?.ToString() ?? string.Empty : $"{actor.Kind} {actor.Id}";
    }

    private static PartitionedRateLimiter<string>? Limiter(double rate) =>
        rate == 0
            ? null
            : PartitionedRateLimiter.Create<string, string>(
                key =>
                    RateLimitPartition.GetTokenBucketLimiter(
                        key,
                        _ =>
                            new()
                            {
                                TokenLimit = Math.Max(1, (int)rate),
                                TokensPerPeriod = 1,
                                ReplenishmentPeriod = TimeSpan.FromSeconds(1 / rate),
                                AutoReplenishment = false, // All partitions are filled up by one timer.
                            }
                    ),
                StringComparer.Ordinal
            );
}
