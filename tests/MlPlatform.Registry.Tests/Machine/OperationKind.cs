namespace MlPlatform.Registry.Tests;

internal enum OperationKind
{
    Register,
    RegisterWithKey,
    CreateModel,
    DeleteModel,
    RenameModel,
    Describe,
    SetModelTag,
    DeleteModelTag,
    DeleteVersion,
    CopyVersion,
    SetVersionTag,
    DeleteVersionTag,
    SetAlias,
    RemoveAlias,
}
