#!/usr/bin/env bash
# Packs everything, then does what a new user does: a console project outside the repository, the packages added without a prerelease flag,
# the Quickstart's code, run. Usage: eng/check-packages.sh [DIR for the packages]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=${1:-$work/packages}
dotnet pack "$root/MlPlatform.Sdk.sln" -c Release -o "$packages" -v quiet

# A package of the same version from an earlier try must not answer for this one.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
rm -rf "$cache"/mlplatform.*

mkdir "$work/app"
cd "$work/app"
dotnet new console --name Quickstart --output . --no-restore > /dev/null
sed -i "s|<PropertyGroup>|<PropertyGroup><RestoreAdditionalProjectSources>$packages</RestoreAdditionalProjectSources>|" Quickstart.csproj
cp "$root"/samples/Quickstart/*.cs "$root/samples/Quickstart/flights.csv" .
sed -i 's|</Project>|<ItemGroup><None Include="flights.csv" CopyToOutputDirectory="PreserveNewest" /></ItemGroup></Project>|' Quickstart.csproj
dotnet add package MlPlatform.Sdk > /dev/null
dotnet add package Microsoft.Extensions.Hosting > /dev/null
dotnet run -c Release | tee "$work/output"
grep -q 'Drift: Drifted' "$work/output"
echo "The packages in $packages work in a new project."
