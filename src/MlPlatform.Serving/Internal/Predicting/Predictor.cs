using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The path of a request. Everything on it is made when a version is loaded; nothing is allocated unless a feature read has to wait.</summary>
internal sealed partial class Predictor<TIn, TOut>(
    ModelReference reference,
    ModelHost host,
    IVersionBinder<TIn, TOut> binder,
    FeatureSource<TIn>? features,
    PredictionSink sink,
    PredictionIds ids,
    Clocks clocks,
    int shadowQueueSize,
    ILogger logger
) : PredictorBase(reference), IPredictor<TIn, TOut>
    where TIn : notnull
{
    private volatile RouteTable<TIn, TOut>? table;
    private volatile bool closed;

    public ValueTask<Prediction<TOut>> PredictAsync(TIn input, CancellationToken cancellationToken = default) =>
        PredictAsync(input, default, cancellationToken);

    public ValueTask<Prediction<TOut>> PredictAsync(TIn input, in PredictOptions options, CancellationToken cancellationToken = default)
    {
        if (input is null) // Not by a helper, which would box a structure.
        {
            throw new ArgumentNullException(nameof(input));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Prediction<TOut>>(cancellationToken);
        }

        var call = new PredictCall(options.Id ?? ids.New(), options.RoutingKey, options.Segment);
        return table is not null ? Predict(input, call, cancellationToken) : LoadThenPredictAsync(input, call, cancellationToken);
    }

    private async ValueTask<Prediction<TOut>> LoadThenPredictAsync(TIn input, PredictCall call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        await host.EnsureLoadedAsync(this, cancellationToken).ConfigureAwait(false);
        return table is not null
            ? await Predict(input, call, cancellationToken).ConfigureAwait(false)
            : throw (
                Failure as ModelUnavailableException
                ?? new ModelUnavailableException(Reference.ToString(), Failure ?? new ObjectDisposedException(null))
            );
    }

    private ValueTask<Prediction<TOut>> Predict(TIn input, PredictCall call, CancellationToken cancellationToken)
    {
        var handedOver = false;
        var isRead = false;
        FeatureRequest? request = null;
        TrafficCounter? refusal;
        var routes = Lease(call, out var bound, out var route);
        try
        {
            if (bound.Features is not null)
            {
                request = features!.Rent(input);
                var read = features.ReadAsync(request, cancellationToken);
                if (!read.IsCompletedSuccessfully)
                {
                    handedOver = true;
                    return AwaitFeaturesAsync(read, routes, bound, route, request, input, call, cancellationToken);
                }

#pragma warning disable MA0042 // It has completed; its source is to be given back all the same.
                read.GetAwaiter().GetResult();
#pragma warning restore MA0042
            }

            isRead = true;
            return new(Answer(routes, bound, route, request?.Vector, input, call));
        }
        catch (Exception e) when (route == PredictionRoute.Canary && !cancellationToken.IsCancellationRequested)
        {
            refusal = RefusalOf(routes, isRead, e); // The default version answers below.
        }
        catch (Exception e)
        {
            return ValueTask.FromException<Prediction<TOut>>(e);
        }
        finally
        {
            if (!handedOver)
            {
                Release(bound, request);
            }
        }

        return Predict(input, call with { PrimaryOnly = true, Refusal = refusal }, cancellationToken);
    }

    private async ValueTask<Prediction<TOut>> AwaitFeaturesAsync(
        ValueTask read,
        RouteTable<TIn, TOut> routes,
        BoundVersion<TIn, TOut> bound,
        PredictionRoute route,
        FeatureRequest request,
        TIn input,
        PredictCall call,
        CancellationToken cancellationToken
    )
    {
        var isRead = false;
        TrafficCounter? refusal;
        try
        {
            await read.ConfigureAwait(false);
            isRead = true;
            return Answer(routes, bound, route, request.Vector, input, call);
        }
        catch (Exception e) when (route == PredictionRoute.Canary && !cancellationToken.IsCancellationRequested)
        {
            refusal = RefusalOf(routes, isRead, e); // As above.
        }
        finally
        {
            Release(bound, request);
        }

        return await Predict(input, call with { PrimaryOnly = true, Refusal = refusal }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is to count a canary that gave no answer, once the default version has: a request that neither takes is the caller's mistake.</summary>
    /// <remarks>A failed run is counted already; a failed feature read is not the candidate's doing.</remarks>
    private static TrafficCounter? RefusalOf(RouteTable<TIn, TOut> routes, bool isRead, Exception exception) =>
        isRead && exception is not PredictionFailedException ? routes.Counters?.Candidate : null;

    /// <summary>The routes, and the version chosen from them, held by a lease that the caller gives back.</summary>
    private RouteTable<TIn, TOut> Lease(in PredictCall call, out BoundVersion<TIn, TOut> bound, out PredictionRoute route)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            var routes = table!;
            bound = routes.Choose(call, out route);
            if (bound.Version.Leases.TryAcquire())
            {
                return routes;
            }

            // Replaced between the two lines above: the newer table is there already, because it is published before the old version is retired.
        }
    }

    private void Release(BoundVersion<TIn, TOut> bound, FeatureRequest? request)
    {
        bound.Version.Leases.Release();
        if (request is not null)
        {
            features!.Return(request);
        }
    }

    private Prediction<TOut> Answer(
        RouteTable<TIn, TOut> routes,
        BoundVersion<TIn, TOut> bound,
        PredictionRoute route,
        FeatureVector? vector,
        TIn input,
        in PredictCall call
    )
    {
        var version = bound.Version;
        var counter = routes.Counters?.Of(route);
        var time = clocks.Platform.NowMicros();
        var slot = version.Rent(bound.Rows?.Invoke(input) ?? 1);
        TOut value;
        try
        {
            bound.Write(input, slot.Inputs, 0);
            if (vector is not null)
            {
                sink.FeaturesRead(version, route, bound.Features!.Write(vector, slot.Inputs));
            }

            var ticks = sink.Run(version, slot, route, counter);
            value = bound.Read(slot.Outputs, 0);
            call.Refusal?.Count(0, isError: true);
            sink.Answered(version, slot, call, route, time, ticks, counter);
        }
        catch (PredictionInputException)
        {
            version.Return(slot); // Nothing has run; the next request writes every input anew.
            throw;
        }
        catch
        {
            slot.Dispose();
            throw;
        }

        version.Return(slot);
        if (route == PredictionRoute.Primary)
        {
            routes.Shadow?.Offer(input, vector, call, time);
        }

        return new(value, version.Id, call.Id, route);
    }
}
