using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>One on-demand view of a service, and where its features go; the same code runs for training and online.</summary>
internal sealed record TransformRun(OnDemandDefinition Definition, int Read, int[] Features, int[] Targets)
{
    /// <summary>Whether a request has all that may not be null.</summary>
    public bool IsComplete(FeatureValue[] request)
    {
        for (var i = 0; i < Definition.Request.Columns.Length; i++)
        {
            if (request[i].IsNull && !Definition.Request.Columns[i].Nullable)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Calls the transform.</summary>
    /// <param name="request">The values of the request's record.</param>
    /// <param name="input">The values of the view's record; null when there is no row.</param>
    /// <param name="row">Receives the features.</param>
    /// <param name="at">The row of the training set; null online.</param>
    public void Run(FeatureValue[] request, FeatureValue[]? input, FeatureValue[] row, int? at)
    {
        var record = Definition.Request.Make(request);
        var view = input is null ? null : Definition.Input!.Row.Make(input);
        try
        {
            Definition.Row.Read(Definition.Transform(record, view), row);
        }
        catch (Exception e)
        {
            throw new FeatureTransformException(Definition.Name, at, e);
        }
    }
}
