using System.Data;
using System.Data.Common;

namespace MlPlatform.Monitoring.Internal;

internal static class DbCommandExtensions
{
    public static DbParameter AddParameter(this DbCommand command, string name, DbType type)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        command.Parameters.Add(parameter);
        return parameter;
    }
}
