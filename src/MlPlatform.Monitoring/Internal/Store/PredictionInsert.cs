using System.Data.Common;

namespace MlPlatform.Monitoring.Internal;

/// <summary>A prepared statement that stores predictions and tells for each whether it was new.</summary>
internal sealed class PredictionInsert : IDisposable
{
    private readonly DbCommand command;
    private readonly DbParameter id;
    private readonly DbParameter layout;
    private readonly DbParameter route;
    private readonly DbParameter time;
    private readonly DbParameter score;
    private readonly DbParameter predictedClass;
    private readonly DbParameter segment;

    public PredictionInsert(IUnitOfWork unit)
    {
        command = unit.Connection.CreateCommand();
        command.Transaction = unit.Transaction;
        command.CommandText = """
            INSERT INTO mon_prediction (id, layout_id, route, time, score, class, segment)
            VALUES (@id, @layout, @route, @time, @score, @class, @segment)
            ON CONFLICT (id) DO NOTHING
            """;
        id = command.AddParameter("@id", System.Data.DbType.Binary);
        layout = command.AddParameter("@layout", System.Data.DbType.Int64);
        route = command.AddParameter("@route", System.Data.DbType.Int32);
        time = command.AddParameter("@time", System.Data.DbType.Int64);
        score = command.AddParameter("@score", System.Data.DbType.Double);
        predictedClass = command.AddParameter("@class", System.Data.DbType.Int32);
        segment = command.AddParameter("@segment", System.Data.DbType.String);
    }

    public bool Execute(long layoutId, CaptureBlock block, int row)
    {
        id.Value = block.Ids[row].ToByteArray(bigEndian: true);
        layout.Value = layoutId;
        route.Value = (int)block.Routes[row];
        time.Value = block.Times[row];
        score.Value = double.IsFinite(block.Scores[row]) ? block.Scores[row] : DBNull.Value;
        predictedClass.Value = block.Classes[row];
        segment.Value = (object?)block.Segments[row] ?? DBNull.Value;
        return command.ExecuteNonQuery() > 0;
    }

    public void Prepare()
    {
        id.Value = Array.Empty<byte>();
        layout.Value = time.Value = 0L;
        route.Value = predictedClass.Value = 0;
        score.Value = segment.Value = DBNull.Value;
        command.Prepare();
    }

    public void Dispose() => command.Dispose();
}
