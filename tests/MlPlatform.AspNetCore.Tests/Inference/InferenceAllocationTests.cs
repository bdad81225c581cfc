using System.Text;
using MlPlatform.AspNetCore.Internal;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceAllocationTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(30_000)]
    public void To_read_numbers_costs_the_same_few_objects_however_many_there_are(int count)
    {
        const int Requests = 200;
        var data = string.Join(',', Enumerable.Range(0, count).Select(i => $"{i}.25"));
        var body = Encoding.UTF8.GetBytes(
            $$"""{"id":"q","inputs":[{"name":"x","shape":[1,{{count}}],"datatype":"FP32","data":[{{data}}]}]}"""
        );
        Read(body); // Fills the pool.
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            Read(body);
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;
        Assert.True(each <= 400, $"{each} bytes were allocated for each request.");
    }

    private static void Read(byte[] body)
    {
        var memory = InferenceMemory.Pool.Get();
        Assert.NotNull(InferenceRequestReader.Read(body, null, 1 << 20, memory));
        InferenceMemory.Pool.Return(memory);
    }
}
