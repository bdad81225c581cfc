using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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
    RequestClock clock,
    TimeProvider work,
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

        var time = clock.Now(out var started);
        var call = new PredictCall(options.Id ?? PredictionIds.New(time), options.RoutingKey, options.Segment)
        {
            Time = time,
            Started = started,
            Terms = TermsOf(options, started),
            Target = options.Target,
        };
        return table is not null ? Predict(input, call, cancellationToken) : LoadThenPredictAsync(input, call, cancellationToken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // What it keeps is not to be cleared by each request that does not wait; so below.
    private async ValueTask<Prediction<TOut>> LoadThenPredictAsync(TIn input, PredictCall call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        var loading = host.EnsureLoadedAsync(this, cancellationToken);
        await (call.Terms.Deadline == 0 ? loading : loading.WithinAsync(call.Terms.Timeout, Reference, work)).ConfigureAwait(false);
        return table is not null
            ? await Predict(input, call with { Started = work.GetTimestamp() }, cancellationToken).ConfigureAwait(false)
            : throw (
                Failure as ModelUnavailableException
                ?? new ModelUnavailableException(Reference.ToString(), Failure ?? new ObjectDisposedException(null))
            );
    }

    private RunTerms TermsOf(in PredictOptions options, long started)
    {
        if (options.Timeout is not { } timeout)
        {
            return new(0, default, options.Priority);
        }

        var deadline = started + (timeout.TotalSeconds * work.TimestampFrequency);
        return new(deadline < long.MaxValue ? Math.Max(1, (long)deadline) : 0, timeout, options.Priority);
    }

    private ValueTask<Prediction<TOut>> Predict(TIn input, in PredictCall call, CancellationToken cancellationToken)
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
                    return AwaitAsync(read, null, routes, bound, route, request, input, call, cancellationToken);
                }

#pragma warning disable MA0042 // It has completed; its source is to be given back all the same.
                read.GetAwaiter().GetResult();
#pragma warning restore MA0042
            }

            isRead = true;
            var started = request is null ? call.Started : work.GetTimestamp();
            var answer = AnswerAsync(routes, bound, route, request?.Vector, input, call, started, cancellationToken);
            if (!answer.IsCompletedSuccessfully)
            {
                handedOver = true;
                return AwaitAsync(default, answer, routes, bound, route, request, input, call, cancellationToken);
            }

            return answer;
        }
        catch (Exception e) when (IsForPrimary(call, route, e, cancellationToken))
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

        return Predict(input, Again(call, refusal), cancellationToken);
    }

    private PredictCall Again(in PredictCall call, TrafficCounter? refusal) =>
        call with
        {
            Started = work.GetTimestamp(),
            PrimaryOnly = true,
            Refusal = refusal,
        };

    /// <summary>What <see cref="Predict"/> does from where it has to wait.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<Prediction<TOut>> AwaitAsync(
        ValueTask read,
        ValueTask<Prediction<TOut>>? answer,
        RouteTable<TIn, TOut> routes,
        BoundVersion<TIn, TOut> bound,
        PredictionRoute route,
        FeatureRequest? request,
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
            return answer is { } begun
                ? await begun.ConfigureAwait(false)
                : await AnswerAsync(routes, bound, route, request?.Vector, input, call, work.GetTimestamp(), cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (Exception e) when (IsForPrimary(call, route, e, cancellationToken))
        {
            refusal = RefusalOf(routes, isRead, e); // As above.
        }
        finally
        {
            Release(bound, request);
        }

        return await Predict(input, Again(call, refusal), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The default version gives the answer that a canary did not, unless the caller wants none any more.</summary>
    private static bool IsForPrimary(
        in PredictCall call,
        PredictionRoute route,
        Exception exception,
        CancellationToken cancellationToken
    ) =>
        route == PredictionRoute.Canary
        && call.Target == default
        && exception is not PredictionTimeoutException
        && !cancellationToken.IsCancellationRequested;

    /// <summary>What is to count a canary that gave no answer, once the default version has: a request that neither takes is the caller's mistake.</summary>
    /// <remarks>
    /// A failed run is counted already; a failed feature read is not the candidate's doing; and to be busy is no error, since of two equal versions only
    /// the candidate's would be counted: one that is slower shows in its run times.
    /// </remarks>
    private static TrafficCounter? RefusalOf(RouteTable<TIn, TOut> routes, bool isRead, Exception exception) =>
        isRead && exception is not (PredictionFailedException or ModelOverloadedException) ? routes.Counters?.Candidate : null;

    /// <summary>The routes, and the version chosen from them, held by a lease that the caller gives back.</summary>
    private RouteTable<TIn, TOut> Lease(in PredictCall call, out BoundVersion<TIn, TOut> bound, out PredictionRoute route)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            var routes = call.Target == default ? table! : RoutesTo(call.Target);
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

    private ValueTask<Prediction<TOut>> AnswerAsync(
        RouteTable<TIn, TOut> routes,
        BoundVersion<TIn, TOut> bound,
        PredictionRoute route,
        FeatureVector? vector,
        TIn input,
        in PredictCall call,
        long started,
        CancellationToken cancellationToken
    )
    {
        var version = bound.Version;
        var slot = version.Rent(bound.Rows?.Invoke(input) ?? 1, bound.Layout?.Invoke(input));
        slot.Begin(slot.Tally.Runs > 0 ? started : work.GetTimestamp(), isTimed: bound.Rows is not null); // To make one takes longer than to run many a model.
        try
        {
            bound.Write(input, slot.Inputs, 0);
            if (vector is not null)
            {
                sink.FeaturesRead(version, route, bound.Features!.Write(vector, slot.Inputs));
            }

            if (slot.IsTimed)
            {
                slot.InputTicks = slot.Lap(work);
            }

            var run = version.Executor.RunAsync(slot, call.Terms, cancellationToken);
            if (!run.IsCompletedSuccessfully)
            {
                return AwaitRunAsync(run, slot, routes, bound, route, vector, input, call);
            }

#pragma warning disable MA0042 // It has completed; its source is to be given back all the same.
            run.GetAwaiter().GetResult();
#pragma warning restore MA0042
        }
        catch (Exception e)
        {
            GiveBack(slot, version, routes, route, e);
            throw;
        }

        return new(Finish(slot, routes, bound, route, vector, input, call));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<Prediction<TOut>> AwaitRunAsync(
        ValueTask run,
        Slot slot,
        RouteTable<TIn, TOut> routes,
        BoundVersion<TIn, TOut> bound,
        PredictionRoute route,
        FeatureVector? vector,
        TIn input,
        PredictCall call
    )
    {
        try
        {
            await run.ConfigureAwait(false);
            slot.Mark(work);
        }
        catch (Exception e)
        {
            GiveBack(slot, bound.Version, routes, route, e);
            throw;
        }

        return Finish(slot, routes, bound, route, vector, input, call);
    }

    /// <summary>What counts as an error of the candidate is no answer to a caller. It is seen under an id of its own: that of the request has the default version's answer.</summary>
    /// <exception cref="PredictionFailedException">Always; the default version answers then.</exception>
    [DoesNotReturn]
    private void LeaveToPrimary(Slot slot, RouteTable<TIn, TOut> routes, LoadedVersion version, in PredictCall call)
    {
        sink.Answered(version, slot, call with { Id = PredictionIds.New(call.Time) }, PredictionRoute.Canary, routes.Counters?.Candidate);
        version.Return(slot);
        throw new PredictionFailedException(version.Id, new InvalidOperationException("A score is not a finite number."));
    }

    /// <summary>A slot that a model failed in is not used again; one that nothing ran in is: the next request writes every input anew.</summary>
    private static void GiveBack(Slot slot, LoadedVersion version, RouteTable<TIn, TOut> routes, PredictionRoute route, Exception exception)
    {
        switch (exception)
        {
            case PredictionFailedException:
                PredictionSink.Failed(version, slot, route, routes.Counters?.Of(route));
                slot.Dispose();
                break;
            case PredictionInputException or ModelOverloadedException or PredictionTimeoutException or OperationCanceledException:
                version.Return(slot);
                break;
            default:
                slot.Dispose();
                break;
        }
    }

    private Prediction<TOut> Finish(
        Slot slot,
        RouteTable<TIn, TOut> routes,
        BoundVersion<TIn, TOut> bound,
        PredictionRoute route,
        FeatureVector? vector,
        TIn input,
        in PredictCall call
    )
    {
        if (route == PredictionRoute.Canary && call.Target == default && !bound.Version.Observation.IsFinite(slot))
        {
            LeaveToPrimary(slot, routes, bound.Version, call);
        }

        TOut value;
        try
        {
            value = bound.Read(slot.Outputs, 0);
            if (slot.IsTimed)
            {
                slot.OutputTicks = slot.Lap(work);
            }

            call.Refusal?.Count(0, isError: true);
            sink.Answered(bound.Version, slot, call, route, routes.Counters?.Of(route));
        }
        catch
        {
            slot.Dispose();
            throw;
        }

        bound.Version.Return(slot);
        if (route == PredictionRoute.Primary)
        {
            routes.Shadow?.Offer(input, vector, call);
        }

        return new(value, bound.Version.Id, call.Id, route);
    }
}
