using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;
using static MlPlatform.AspNetCore.Internal.ServingMessages;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What this process answers with: by predictors of the application and by what requests named.</summary>
internal sealed class ServedModelEndpoints(IModelServer? predictors = null, IInferenceServer? inference = null) : IPlatformEndpoints
{
    private const string All = "/api/mlp/v1/serving/models";

    public void Map(PlatformRoutes routes)
    {
        if (predictors is null || inference is null)
        {
            return;
        }

        routes.Map([HttpMethods.Get], All, Access.Read, context => WriteAsync(context, List()), ServingDescription.Models);
        routes.Map([HttpMethods.Get], All + "/{model}", Access.Read, WriteOfModelAsync, ServingDescription.Model);
    }

    private Task WriteOfModelAsync(HttpContext context)
    {
        var model = RawPath.Segment(context, "model");
        return WriteAsync(
            context,
            List().Where(s => string.Equals(ModelReference.Parse(s.Reference).Name, model, StringComparison.Ordinal))
        );
    }

    /// <summary>Each reference once: what requests name may be a predictor's too.</summary>
    private IEnumerable<ServedModel> List() =>
        predictors!.List().Concat(inference!.ListOpen()).DistinctBy(s => s.Reference).OrderBy(s => s.Reference, StringComparer.Ordinal);

    private static Task WriteAsync(HttpContext context, IEnumerable<ServedModel> models)
    {
        var list = new ServedList([
            .. models.Select(s => new ServedReference(s.Reference, s.Share, s.Version?.Version, s.Candidate?.Version, s.Error)),
        ]);
        return JsonReply.WriteAsync(context.Response, JsonSerializer.SerializeToNode(list, ServingJson.Default.ServedList)!);
    }
}
