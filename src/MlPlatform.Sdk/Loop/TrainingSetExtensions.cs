using Microsoft.ML;
using MlPlatform.Features;
using MlPlatform.Sdk.Internal;

namespace MlPlatform.Sdk;

/// <summary>Training sets for ML.NET.</summary>
public static class TrainingSetExtensions
{
    /// <summary>The rows as a data view, without copying. A column that may be null reads as a floating-point number with NaN for null, text as empty.</summary>
    /// <param name="training">The training set.</param>
    /// <param name="context">The context that will train.</param>
    /// <exception cref="NotSupportedException">A column's type has no form in ML.NET.</exception>
    public static IDataView AsDataView(this TrainingSet training, MLContext context)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(context);
        return new ColumnsDataView(training.Columns, training.RowCount);
    }
}
