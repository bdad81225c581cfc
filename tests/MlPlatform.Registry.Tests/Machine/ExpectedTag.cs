namespace MlPlatform.Registry.Tests;

internal enum ExpectedTag
{
    Any,
    Seen,
    None,
    Wrong,
}
